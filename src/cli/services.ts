import type { Os } from "../core/os.ts";
import type { Style } from "../report/style.ts";

/** What a verb gets from `main.ts`. */
export interface Services {
  /** This machine's Os, built on first use and once. */
  readonly os: () => Promise<Os>;
  /** When portguard itself started, on the clock of `performance.now()`, in milliseconds. */
  readonly startedAt: number;
  /** How stderr shows colours and marks, decided on first use. */
  readonly style: () => Style;
}
