import type { PortHolder } from "../../core/holder.ts";
import { identify, isSameProcess } from "../../core/process-mark.ts";
import { valueOf } from "../../core/seen.ts";
import type { Sighting } from "../../core/sighting.ts";

/** So long an orphan has to have been one, in the eyes of earlier runs, before one that nobody watches stops it. */
export const PATIENCE_MS = 600_000;

export interface Ripened {
  /** To be kept for the next run. */
  readonly sightings: readonly Sighting[];
  /** Those that have been orphans long enough, and have computed nothing since the run before. */
  readonly ripe: readonly PortHolder[];
}

/** Compares the orphans of now with what was seen before. `now`: milliseconds since the epoch. */
export function ripen(orphans: readonly PortHolder[], before: readonly Sighting[], now: number): Ripened {
  const seen = orphans.flatMap((holder) => sight(holder, before, now) ?? []);
  return {
    sightings: seen.map(({ sighting }) => sighting),
    ripe: seen.filter(({ isRipe }) => isRipe).map(({ holder }) => holder),
  };
}

function sight(holder: PortHolder, before: readonly Sighting[], now: number) {
  const { owner, sockets } = holder;
  const identity = owner.kind === "process" ? identify(owner.lineage[0].process) : undefined;
  if (owner.kind !== "process" || !identity) return undefined;
  const cpuMs = valueOf(owner.life.cpuMs);
  const ids = sockets.map(({ id }) => id);
  const earlier = before.find((one) => isSame(one, { ...identity, sockets: ids }));
  const firstSeenAt = Math.min(earlier?.firstSeenAt ?? now, now);
  const sighting: Sighting = {
    ...identity,
    sockets: ids,
    firstSeenAt,
    lastSeenAt: now,
    ...(cpuMs !== undefined && { cpuMs }),
  };
  const isQuiet = cpuMs !== undefined && cpuMs === earlier?.cpuMs;
  return { holder, sighting, isRipe: isQuiet && now - firstSeenAt >= PATIENCE_MS };
}

type Identity = Pick<Sighting, "pid" | "born" | "sockets">;

function isSame(one: Identity, other: Identity): boolean {
  return isSameProcess(one, other) && one.sockets.some((id) => other.sockets.includes(id));
}
