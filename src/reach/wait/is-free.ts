import { type Endpoint, overlaps } from "../../core/endpoint.ts";
import { fail } from "../../core/error.ts";
import type { Os } from "../../core/os.ts";
import type { ReachRequest } from "../../core/target.ts";
import { locate } from "../gather/locate.ts";

/**
 * Whether nobody of this machine has the target: a bare port on any address, else where it says. Throws BAD_TARGET where
 * the target is another machine, whose sockets can't be seen.
 */
export async function isFree(request: ReachRequest, os: Os): Promise<boolean> {
  const { port, protocol } = request.target;
  const isInTheWay = await findPlace(request, os);
  return !os.sockets({ port, protocol }).some(({ at }) => isInTheWay(at));
}

/** Which sockets on the target's port are where the target says. Throws BAD_TARGET like `isFree`. */
export async function findPlace(request: ReachRequest, os: Os): Promise<(at: Endpoint) => boolean> {
  const { host, port, protocol, text } = request.target;
  if (host.kind === "this-machine") return () => true;
  const { candidates, isLocal } = await locate(request, await os.network());
  if (!isLocal) {
    fail("BAD_TARGET", `\`${text}\` is not on this machine`, "`--free` sees this machine's sockets only");
  }
  const places: readonly Endpoint[] = candidates.map(({ address }) => ({ protocol, address, port, dual: false }));
  return (at) => places.some((place) => overlaps(at, place));
}
