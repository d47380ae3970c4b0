import type { Os } from "../core/os.ts";
import { ReservationFiles } from "../state/reservations.ts";
import { stateFolder } from "../state/state-folder.ts";

/** Where this user's reservations are recorded. Throws NO_STATE_FOLDER where the environment names no place. */
export function openReservations(os: Os): ReservationFiles {
  return new ReservationFiles(stateFolder(os.name, process.env), (pid) => os.process(pid));
}
