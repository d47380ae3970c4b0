import type { Os } from "../core/os.ts";
import type { ReserveEvent } from "../core/reserve-event.ts";

/** What a reservation works with, besides what was asked. */
export interface ReserveContext {
  readonly os: Os;
  readonly emit: (event: ReserveEvent) => void;
  /** When portguard itself was started, on the clock of `performance.now()`. */
  readonly startedAt: number;
}
