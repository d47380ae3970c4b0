import { isAny, LOOPBACK4, LOOPBACK6 } from "../../core/address.ts";
import type { PortHolder } from "../../core/holder.ts";
import type { Os } from "../../core/os.ts";
import { parseTarget } from "../../core/parse-target.ts";
import type { ReserveEvent } from "../../core/reserve-event.ts";
import type { ReserveRequest } from "../../core/reserve-request.ts";
import { isReservation } from "../../holders/recognize/starter.ts";
import { isOfPlace } from "../../holders/same-place.ts";
import { isReachable } from "../../reach/wait/quick.ts";
import { openStopMachine } from "../stop-machine.ts";

export type Reused = Extract<ReserveEvent, { kind: "reused" }>;

const LOOK_MS = 100;
const ONE_LOOK_MS = 1000;

/** Not ours: of another place. Silent: it does not answer. */
export interface Unused {
  readonly kind: "not-ours" | "silent";
}

/**
 * What holds the port, where it is a server of this very place that answers; one that has just been started gets the time that
 * a start of our own would have.
 */
export async function reuseHolder(port: number, request: ReserveRequest, os: Os): Promise<Reused | Unused> {
  const machine = await openStopMachine(os, "reserve", request.graceMs);
  const asked = { protocol: "tcp", port, hosts: request.ports[0]?.hosts ?? "every" } as const;
  for (const deadline = performance.now() + request.readyTimeoutMs; ; await Bun.sleep(LOOK_MS)) {
    // Who has just started may not be seen yet, and who is seen may be followed by his server.
    const found = await machine.meet(asked);
    const isOurs = await Promise.all(found.map((holder) => isOfPlace(holder, process.cwd())));
    if (!isOurs.every(Boolean)) return { kind: "not-ours" };
    const reused = describeServer(findServer(found), port);
    if (reused && (await answers(reused.url, os))) return reused;
    if (performance.now() > deadline) return { kind: "silent" };
  }
}

function describeServer(holder: PortHolder | undefined, port: number): Reused | undefined {
  if (holder?.owner.kind !== "process") return undefined;
  const [{ process: server }] = holder.owner.lineage;
  return { kind: "reused", port, url: `http://${hostOf(holder)}:${port}`, process: server };
}

/** Whether a connection is taken there; what is spoken on it is not known. */
async function answers(url: string, os: Os): Promise<boolean> {
  const target = parseTarget(url.replace(/^http:\/\//, ""));
  return isReachable({ target, from: { kind: "here" }, timeoutMs: ONE_LOOK_MS }, os);
}

/** Whoever serves: portguard keeps the same port beside the server that it guards. */
function findServer(found: readonly PortHolder[]): PortHolder | undefined {
  return found.find((holder) => !isGuard(holder)) ?? found[0];
}

function isGuard({ owner }: PortHolder): boolean {
  return owner.kind === "process" && isReservation(owner.lineage[0].process);
}

/** Where a client on this machine finds it. */
function hostOf({ sockets }: PortHolder): string {
  const socket = sockets.find(({ state }) => state === "listen") ?? sockets[0];
  const { address, dual = false } = socket?.at ?? { address: LOOPBACK4 };
  const meant = !isAny(address) ? address : address.family === 4 || dual ? LOOPBACK4 : LOOPBACK6;
  return meant.family === 6 ? `[${meant.text}]` : meant.text;
}
