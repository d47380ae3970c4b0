import type { Evidence } from "./finding.ts";
import type { Grade } from "./holder.ts";
import type { StopRole } from "./stop.ts";

/** One process that portguard has ended: whom, why, and how it is started again. */
export interface KillRecord {
  readonly version: typeof KILL_RECORD_VERSION;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by: KillReason;
  readonly pid: number;
  readonly name?: string;
  readonly user?: string;
  /** The command and the folder that would start it again; empty where they could not be read. */
  readonly command: readonly string[];
  readonly cwd?: string;
  /** `tcp 127.0.0.1:8000`, one for each place where the holder was. */
  readonly ports: readonly string[];
  readonly role: StopRole;
  readonly grade: Grade;
  /** Completes "it was …". */
  readonly because: string;
  readonly evidence: readonly Evidence[];
  /** `killed`: by SIGKILL, after its grace. */
  readonly outcome: "ended" | "killed";
}

/** `schedule`: a run of `clean` that nobody watched. */
export type KillReason = "free" | "clean" | "schedule" | "reserve";

export const KILL_RECORD_VERSION = 1;
