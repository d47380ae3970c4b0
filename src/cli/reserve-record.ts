import type { Os } from "../core/os.ts";
import type { ReserveEvent } from "../core/reserve-event.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import { reasonOf } from "../report/system-reason.ts";
import { ReservationBook } from "../state/reservation-book.ts";
import type { ReservationFiles } from "../state/reservations.ts";
import { openReservations } from "./reservation-files.ts";

/**
 * Opens the record of a reservation, under its name where it was asked for. `emit` is told once where it can't be kept: the
 * reservation goes on. Throws NAME_TAKEN.
 */
export function openRecord(
  { name, command }: ReserveRequest,
  os: Os,
  emit: (event: ReserveEvent) => void,
): ReservationBook | undefined {
  const onFault = (error: unknown) =>
    emit({
      kind: "warning",
      code: "NOT_RECORDED",
      what: `this reservation can't be recorded: ${reasonOf(error)}`,
      hint: "it goes on, but `portguard list` won't show it",
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
    onFault,
  });
  if (name !== undefined) book.claimAsked();
  return book;
}

function openFiles(os: Os, onFault: (error: unknown) => void): ReservationFiles | undefined {
  try {
    return openReservations(os);
  } catch (error) {
    onFault(error);
    return undefined;
  }
}

/** It may have been taken away below us. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return "";
  }
}
