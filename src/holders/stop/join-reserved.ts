import type { StopTarget } from "../../core/stop.ts";

/**
 * What one reservation has is one target: portguard itself and the server that has the port from it are both listed, and
 * one signal ends them all. The server, which says more than portguard does, stands for it.
 */
export function joinReserved(targets: readonly StopTarget[]): readonly StopTarget[] {
  const joined = new Map<number | StopTarget, StopTarget>();
  for (const target of targets) {
    const key = reservationOf(target)?.pid ?? target;
    const before = joined.get(key);
    joined.set(key, before ? join(before, target) : target);
  }
  return [...joined.values()];
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
