import type { ProcessIdentity } from "./process-mark.ts";

/** An orphan as a run of `clean` saw it, to be known again by a later one. */
export interface Sighting extends ProcessIdentity {
  /** The ids of its sockets. */
  readonly sockets: readonly string[];
  /** When it was first seen orphaned, and last; milliseconds since the epoch. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  /** What it had computed when it was last seen; nothing where that can't be told. */
  readonly cpuMs?: number;
}
