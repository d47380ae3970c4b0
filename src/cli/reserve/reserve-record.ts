import { currentFolder } from "../current-folder.ts";
import type { ControlAnswer, ControlRequest } from "../../core/control.ts";
import type { Os } from "../../core/os.ts";
import type { ReserveEvent } from "../../core/reserve-event.ts";
import type { ReserveRequest } from "../../core/reserve-request.ts";
import { whatOf } from "../../core/system-reason.ts";
import { ReservationBook } from "../../state/reservation-book.ts";
import type { ReservationFiles } from "../../state/reservations.ts";
import { openControl, openReservations } from "../../state/open-reservations.ts";

export interface RecordOptions {
  readonly emit: (event: ReserveEvent) => void;
  /** Does what is asked of the reservation. */
  readonly handle: (request: ControlRequest) => Promise<ControlAnswer>;
}

/**
 * Opens the record of a reservation, under its name where it was asked for. `emit` is told once where it can't be kept: the
 * reservation goes on. Throws NAME_TAKEN.
 */
export function openRecord(
  { name, command, adopt }: ReserveRequest,
  os: Os,
  { emit, handle }: RecordOptions,
): ReservationBook | undefined {
  const onFault = (error: unknown) =>
    emit({
      kind: "warning",
      code: "NOT_RECORDED",
      what: `this reservation can't be recorded: ${whatOf(error)}`,
      hint: "it goes on, but `portguard list` and `portguard restart` won't find it",
    });
  const files = openFiles(os, onFault);
  if (!files) return undefined;
  const process = (pid: number) => os.process(pid);
  const book = new ReservationBook({
    files,
    process,
    pid: globalThis.process.pid,
    ...(name !== undefined && { name }),
    directory: currentFolder(),
    command,
    openControl: openControl(os, handle),
    onFault,
  });
  if (name !== undefined && !adopt) book.claimAsked();
  else if (name !== undefined) claimAdopted(book, onFault);
  return book;
}

/** The command runs already: that somebody else was quicker to take the name must not end it. */
function claimAdopted(book: ReservationBook, onFault: (error: unknown) => void): void {
  try {
    book.claimAsked();
  } catch (error) {
    onFault(error);
  }
}

function openFiles(os: Os, onFault: (error: unknown) => void): ReservationFiles | undefined {
  try {
    return openReservations(os);
  } catch (error) {
    onFault(error);
    return undefined;
  }
}
