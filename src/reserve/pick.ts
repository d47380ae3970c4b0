import type { Hold, Os, Refusal } from "../core/os.ts";
import type { PickTerm, PortPick } from "../core/port-pick.ts";
import { isSameProcess } from "../core/reservation.ts";

/** Ports that are held, or why there are not enough of them. */
export type Picked =
  | { readonly kind: "held"; readonly holds: readonly Hold[] }
  | { readonly kind: "none"; readonly free: number; readonly refusal?: Refusal };

/**
 * Holds the first candidates that are free, exclusively and on every address; then lets those get them who ask for the very
 * number. All or none.
 */
export function pickPorts({ candidates, count }: PortPick, os: Os): Picked {
  const holds: Hold[] = [];
  let refusal: Refusal | undefined;
  for (const port of candidates) {
    if (holds.length === count) break;
    const outcome = os.hold({ protocol: "tcp", port, hosts: "every" });
    if (outcome.kind === "denied") refusal ??= outcome.refusal;
    if (outcome.kind !== "held") continue;
    if (outcome.hold.giveWay()) holds.push(outcome.hold);
    else outcome.hold.release();
  }
  if (holds.length === count) return { kind: "held", holds };
  for (const hold of holds) hold.release();
  return { kind: "none", free: holds.length, ...(refusal && { refusal }) };
}

const LOOK_MS = 100;
/** A socket that listens for so long serves; one that goes before was a probe, as Vite makes several. */
const SETTLED_MS = 400;

/** Keeps each port until somebody serves on it, and all of them no longer than the term. */
export async function keepPicked(holds: readonly Hold[], term: PickTerm, os: Os): Promise<void> {
  const deadline = performance.now() + (term.forMs ?? Number.POSITIVE_INFINITY);
  const since = new Map<string, number>();
  const kept = new Set(holds);
  try {
    while (kept.size > 0 && performance.now() < deadline && isThere(term, os)) {
      const now = performance.now();
      const rows = os.sockets({ protocol: "tcp", states: ["listen"] });
      for (const { id } of rows) since.set(id, since.get(id) ?? now);
      for (const hold of kept) {
        const serves = rows.some(({ id, at }) => at.port === hold.port && now - since.get(id)! >= SETTLED_MS);
        if (!serves) continue;
        hold.release();
        kept.delete(hold);
      }
      const listening = new Set(rows.map(({ id }) => id));
      for (const id of since.keys()) if (!listening.has(id)) since.delete(id);
      await Bun.sleep(Math.max(0, Math.min(LOOK_MS, deadline - performance.now())));
    }
  } finally {
    for (const hold of kept) hold.release();
  }
}

function isThere({ process: wanted }: PickTerm, os: Os): boolean {
  return !wanted || isSameProcess(wanted, os.process(wanted.pid));
}
