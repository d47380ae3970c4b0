import type { ProcessMark } from "./reservation.ts";

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
