import type { Exit } from "../core/os.ts";
import type { RestartPolicy } from "../core/reserve-request.ts";

export const FIRST_PAUSE_MS = 100;
export const LONGEST_PAUSE_MS = 10_000;
/** So many starts in a row that ended before they were ready are enough: the next one would end the same way. */
export const FAILED_STARTS = 5;

/** What the ends before this one have led to. */
export interface Streak {
  /** Starts in a row that ended before they were ready. */
  readonly failedStarts: number;
  /** The pause before the start that has ended now, in milliseconds; 0: there was none. */
  readonly pauseMs: number;
}

export const NO_STREAK: Streak = { failedStarts: 0, pauseMs: 0 };

export interface Ended {
  readonly exit: Exit;
  /** How long it served; nothing where it was never ready. */
  readonly servedMs: number | undefined;
}

export type EndVerdict =
  | { readonly kind: "end" }
  | { readonly kind: "again"; readonly streak: Streak }
  | { readonly kind: "give-up"; readonly failedStarts: number };

/**
 * What follows when the command ended by itself. Each pause is twice the one before; whoever served for longer than the
 * pause before it starts anew with the shortest.
 */
export function judgeEnd(policy: RestartPolicy, { exit, servedMs }: Ended, streak: Streak): EndVerdict {
  const failed = exit.kind === "signal" || exit.code !== 0;
  if (policy === "no" || (policy === "on-failure" && !failed)) return { kind: "end" };
  const failedStarts = servedMs === undefined ? streak.failedStarts + 1 : 0;
  if (failedStarts >= FAILED_STARTS) return { kind: "give-up", failedStarts };
  const isNew = streak.pauseMs === 0 || (servedMs !== undefined && servedMs > streak.pauseMs);
  const pauseMs = isNew ? FIRST_PAUSE_MS : Math.min(2 * streak.pauseMs, LONGEST_PAUSE_MS);
  return { kind: "again", streak: { failedStarts, pauseMs } };
}
