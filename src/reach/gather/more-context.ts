import type { KernelFacts, Network } from "../../core/network.ts";
import type { Os } from "../../core/os.ts";
import type { Seen } from "../../core/seen.ts";

export interface MoreContext {
  readonly os: Os;
  readonly network: Network;
  /** The kernel's counters before anything was tried. */
  readonly before: Seen<KernelFacts>;
}
