import type { Refusal } from "./os.ts";
import type { ProcessMark } from "./process-mark.ts";

/** Which ports are wanted. */
export interface PortPick {
  /** In the order in which they are tried. */
  readonly candidates: readonly number[];
  readonly count: number;
}

/** How long picked ports are kept for whoever will serve on them: until somebody does, or the first of these. */
export interface PickTerm {
  readonly forMs?: number;
  readonly process?: ProcessMark;
}

/** What came of it: all that were wanted, or none. */
export type PickAnswer =
  | { readonly kind: "held"; readonly ports: readonly number[] }
  /** `free` is how many could have been had, `refusal` why the system gives some to nobody. */
  | { readonly kind: "none"; readonly free: number; readonly refusal?: Pick<Refusal, "what" | "hint"> };
