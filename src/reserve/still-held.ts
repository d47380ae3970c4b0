import { type Endpoint, overlaps } from "../core/endpoint.ts";
import { fail } from "../core/error.ts";
import type { HoldOutcome, Os } from "../core/os.ts";
import { PortHeldError } from "../core/port-held-error.ts";
import type { PortRequest } from "../core/port-request.ts";
import { type Reservation, reserves } from "../core/reservation.ts";
import type { Holder } from "../core/reserve-event.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import { ReservationFiles } from "../state/reservations.ts";
import { stateFolder } from "../state/state-folder.ts";
import { findConnections, findHolders } from "../holders/find-holders.ts";

/** A port could not be had because it is in use; by whom has not been looked up yet. */
export class StillHeld extends Error {
  constructor(
    readonly request: PortRequest,
    /** The first one that was tried. */
    readonly port: number,
    readonly outcome: Extract<HoldOutcome, { kind: "busy" | "lingering" }>,
  ) {
    super(`port ${port} is held`);
  }
}

/** Looks up who holds it. Throws PORT_DENIED where nobody does and the system refuses the port itself. */
export function explainHeld(held: StillHeld, request: ReserveRequest, os: Os): PortHeldError {
  const holders = holdersOf(held, os);
  if (holders.length === 0 && held.outcome.kind === "busy") {
    const refused = os.refusalOf(held.port, held.request.protocol);
    if (refused) fail("PORT_DENIED", refused.what, refused.hint);
  }
  const reservation = findReservation(held, os);
  // Who serves there says more than portguard, which keeps the same sockets open.
  const serving = holders.filter(({ process }) => process?.pid !== reservation?.portguard.pid);
  const told = serving.length > 0 ? serving : holders;
  return new PortHeldError(held.port, told, hintFor(held, holders, request, reservation), reservation);
}

/** Whether it is a reservation of ours that has it: then its name tells more than its processes. */
function findReservation({ outcome }: StillHeld, os: Os): Reservation | undefined {
  try {
    const files = new ReservationFiles(stateFolder(os.name, process.env), (pid) => os.process(pid));
    return files.list().find((each) => reserves(each, outcome.at));
  } catch {
    return undefined; // where nothing can be recorded, nothing is
  }
}

/** Those in the way of what was asked for: a server on another address of the same port is not. */
function holdersOf({ request, port, outcome }: StillHeld, os: Os): Holder[] {
  const isInTheWay = ({ at }: { at: Endpoint }) => overlaps(at, outcome.at);
  const serving = outcome.kind === "busy" ? findHolders(os, port, request.protocol) : [];
  const inTheWay = serving.filter(isInTheWay);
  if (inTheWay.length > 0 || serving.length > 0) return inTheWay.length > 0 ? inTheWay : serving;
  return findConnections(os, port, request.protocol);
}

function hintFor(
  { request: { ports } }: StillHeld,
  holders: readonly Holder[],
  request: ReserveRequest,
  reservation: Reservation | undefined,
): string | undefined {
  if (holders.length > 0 && holders.every(({ closing }) => closing))
    return "`--if-held wait=60s` waits until they are closed";
  if (ports.kind === "range") return `all of ${ports.from}-${ports.to} are held: name more ports`;
  if (ports.kind === "first-of") return `and so is every other of the ${ports.among.length}: name more with --range`;
  if (request.auto > 0) return `so are the next ${request.auto}: \`--auto=${request.auto * 10}\` tries more`;
  if (holders.some(({ process, closing }) => !process && !closing))
    return "run with `sudo` to see who holds it, or take the next free port with `--auto`";
  if (reservation?.picked)
    return "`portguard reserve` takes it over there; here `--auto` takes the next free port, `--if-held wait` waits for this one";
  if (reservation)
    return `\`portguard list --name ${reservation.name}\` shows it; \`--auto\` takes the next free port, \`--if-held wait\` waits for this one`;
  return request.waitMs > 0 ? "wait longer, or take the next free port with `--auto`" : undefined;
}
