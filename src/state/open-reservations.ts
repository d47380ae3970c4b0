import { PortguardError } from "../core/error.ts";
import type { Os } from "../core/os.ts";
import type { Reservation } from "../core/reservation.ts";
import type { ControlAnswer, ControlRequest } from "../core/control.ts";
import { serveControl } from "./control-channel.ts";
import { controlPath } from "./control-place.ts";
import { ReservationFiles } from "./reservations.ts";
import { stateFolder } from "./state-folder.ts";

/** Where this user's reservations are recorded. Throws NO_STATE_FOLDER where the environment names no place. */
export function openReservations(os: Os): ReservationFiles {
  return new ReservationFiles(stateFolder(os.name, process.env), (pid) => os.process(pid));
}

/** Those that run; where there is no place to record any, there are none. */
export function listReservations(os: Os): readonly Reservation[] {
  try {
    return openReservations(os).list();
  } catch (error) {
    if (error instanceof PortguardError && error.code === "NO_STATE_FOLDER") return [];
    throw error;
  }
}

/** Opens where a reservation takes requests, by the name that it has got; `path` is for its record. */
export function openControl(os: Os, handle: (request: ControlRequest) => Promise<ControlAnswer>) {
  return (name: string): Disposable & { readonly path: string } => {
    const path = controlPath(os.name, stateFolder(os.name, process.env), name);
    return { path, ...serveControl(path, handle) };
  };
}
