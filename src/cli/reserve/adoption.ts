import { dirname } from "node:path";
import { fail, PortguardError } from "../../core/error.ts";
import type { Os } from "../../core/os.ts";
import type { PortRequest } from "../../core/port-request.ts";
import type { Reservation, ReservedPort } from "../../core/reservation.ts";
import type { ReserveRequest } from "../../core/reserve-request.ts";
import { landingPath } from "../../state/control-place.ts";
import { ensureOwnedFolder } from "../../state/owned-file.ts";
import { stateFolder } from "../../state/state-folder.ts";
import { openReservations } from "../../state/open-reservations.ts";

/**
 * The request with the ports of the reservation that it takes over, whose name it keeps unless it was given another one.
 * Throws NO_RESERVATION.
 */
export function completeAdoption(request: ReserveRequest, name: string, os: Os): ReserveRequest {
  const found = findReservation(name, os);
  if (!found) return fail("NO_RESERVATION", `no reservation is called ${name}`, "`portguard list` shows the names");
  const { control, picked } = found;
  if (picked) {
    const hint = `\`portguard reserve ${found.ports[0]?.port ?? "PORT"} -- COMMAND\` takes it over in ${picked.folder}`;
    return fail("NO_RESERVATION", `${name} is no reservation: \`pick\` keeps its ports`, hint);
  }
  if (control === undefined)
    return fail("NO_RESERVATION", `the reservation ${name} takes no requests`, "stop it, and reserve the port anew");
  const landing = landingPath(os.name, stateFolder(os.name, process.env), name);
  ensureOwnedFolder(dirname(landing));
  return {
    ...request,
    name: request.name ?? name,
    ports: found.ports.map(toRequest),
    adopt: { name, control, landing },
  };
}

/** Throws NO_RESERVATION where that can't be told, either: what is not recorded can't be adopted. */
function findReservation(name: string, os: Os): Reservation | undefined {
  try {
    return openReservations(os).find(name);
  } catch (error) {
    if (!(error instanceof PortguardError)) throw error;
    return fail("NO_RESERVATION", `the reservation ${name} can't be found: ${error.what}`, error.hint);
  }
}

function toRequest({ name, port, held }: ReservedPort): PortRequest {
  const isEvery = held.some(({ dual }) => dual);
  return {
    ...(name !== undefined && { name }),
    protocol: held[0]?.protocol ?? "tcp",
    hosts: isEvery ? "every" : held.map(({ address }) => address),
    ports: { kind: "one", port },
  };
}
