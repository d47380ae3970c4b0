import type { Exclusive } from "../core/exclusive.ts";
import type { Os } from "../core/os.ts";
import { describeFailure, type Generation, type StartFailure } from "./generation.ts";

/**
 * Why a new generation can't run beside the old one, if that is what is seen: it wanted an address that overlaps with one of
 * the old one's, or it ended, and the old one has something that only one can have.
 */
export function findObstacle(os: Pick<Os, "exclusivesOf">, old: Generation, failure: StartFailure): string | undefined {
  if (failure.kind === "shut-out") return describeFailure(failure);
  const [found] = failure.kind === "late" ? [] : os.exclusivesOf(old.pids);
  return found && `${describeFailure(failure)}, and the old one has ${describeExclusive(found)}`;
}

function describeExclusive({ kind, path, pid }: Exclusive): string {
  return kind === "lock" ? `a lock on ${path} (pid ${pid})` : `a pid file, ${path} (pid ${pid})`;
}
