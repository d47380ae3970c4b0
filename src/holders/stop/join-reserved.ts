import type { StopTarget } from "../../core/stop.ts";

/**
 * What one reservation has is one target: portguard itself and the server that has the port from it are both listed, and
 * one signal ends them all. The server, which says more than portguard does, stands for it.
 */
export function joinReserved(targets: readonly StopTarget[]): readonly StopTarget[] {
  const joined = new Map<number, StopTarget>();
  for (const target of targets) {
    const { pid } = reservationOf(target) ?? {};
    const before = pid === undefined ? undefined : joined.get(pid);
    if (pid !== undefined) joined.set(pid, before ? join(before, target) : target);
  }
  const done = new Set<number>();
  return targets.flatMap((target) => {
    const { pid } = reservationOf(target) ?? {};
    if (pid === undefined) return [target];
    if (done.has(pid)) return [];
    done.add(pid);
    return joined.get(pid) ?? [];
  });
}

function reservationOf({ levels }: StopTarget) {
  return levels.find(({ role }) => role === "reservation");
}

function join(one: StopTarget, other: StopTarget): StopTarget {
  const main = isPortguardItself(one) ? other : one;
  return { ...main, holder: { ...main.holder, sockets: [...one.holder.sockets, ...other.holder.sockets] } };
}

function isPortguardItself({ holder: { owner }, levels }: StopTarget): boolean {
  return owner.kind === "process" && levels.some(({ pid }) => pid === owner.lineage[0].process.pid);
}
