import type { StartedBy } from "../core/holder.ts";
import type { Kin, Life, Lineage } from "../core/origin.ts";

/** What is known of a process that has a port. */
export interface HolderFacts {
  readonly lineage: Lineage;
  readonly life: Life;
  readonly startedBy: StartedBy;
  /** Established connections on its ports. */
  readonly connections: number;
  /** Ourselves, and everybody above us. */
  readonly us: readonly Kin[];
}
