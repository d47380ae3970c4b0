import { fail } from "../core/error.ts";
import type { Hold, HoldPassing } from "../core/os.ts";
import type { Adoption, ReserveRequest } from "../core/reserve-request.ts";
import { askControl } from "../state/control-channel.ts";
import type { HeldRequest } from "./acquire.ts";
import type { ReserveContext } from "./context.ts";

/**
 * Takes the very sockets of another reservation over, which lets go of its own only when we have them: there is no moment
 * at which anyone else could have had the ports. Throws HANDOFF_REFUSED.
 */
export async function adoptPorts(
  adoption: Adoption,
  { ports }: ReserveRequest,
  { os, emit }: ReserveContext,
): Promise<HeldRequest[]> {
  const holds = await borrowHolds(adoption, await os.passing());
  if (holds.length !== ports.length) {
    for (const hold of holds) hold.release();
    return refuse(adoption, "it holds other ports than it did a moment ago");
  }
  const asked = await askControl(adoption.control, { do: "let-go", pid: process.pid });
  // Its end is the answer. Whoever can't be asked any more has ended before, and may have let go for another one.
  if (asked.kind === "refused" || asked.kind === "unreachable") {
    for (const hold of holds) hold.release();
    return refuse(adoption, asked.kind === "refused" ? asked.what : "it has ended meanwhile");
  }
  emit({ kind: "adopted", name: adoption.name, ports: holds.map(({ port }) => port) });
  return ports.map((request, index) => ({ request, hold: holds[index]! }));
}

/** Its sockets, which stay its own as well; those of one port where a pick is asked. Throws HANDOFF_REFUSED. */
export async function borrowHolds(adoption: Adoption, passing: HoldPassing, port?: number): Promise<readonly Hold[]> {
  using landing = passing.openLanding(adoption.landing);
  const one = port !== undefined && { port };
  const asked = await askControl(adoption.control, { do: "lend", landing: landing.path, pid: process.pid, ...one });
  switch (asked.kind) {
    case "lent":
      return landing.take();
    case "refused":
      return refuse(adoption, asked.what);
    default:
      return refuse(adoption, "it does not answer");
  }
}

function refuse({ name }: Adoption, because: string): never {
  return fail(
    "HANDOFF_REFUSED",
    `the reservation ${name} can't be adopted: ${because}`,
    "`portguard list` shows what runs",
  );
}
