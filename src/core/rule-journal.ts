import type { Backend, RuleRequest } from "./rule-request.ts";
import type { Step } from "./step.ts";

/** What was done for one rule, or was about to be: all that taking it back needs. */
export interface RuleEntry {
  readonly version: typeof RULE_ENTRY_VERSION;
  readonly id: string;
  readonly backend: Backend;
  readonly request: RuleRequest;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** When it ends by itself. */
  readonly until?: string;
  /** `applying` and `reverting` are what a crash leaves; both are taken back in the same way. */
  readonly state: "applying" | "applied" | "reverting";
  readonly steps: readonly EntryStep[];
}

export const RULE_ENTRY_VERSION = 1;

export interface EntryStep {
  readonly part: "apply" | "persist";
  readonly step: Step;
  /**
   * `waiting`: not begun. `present`: it was so before us, and stays. `doing`: begun, and whether it was done only the
   * system can tell. `undone`: taken back.
   */
  readonly state: "waiting" | "present" | "doing" | "done" | "undone";
  /** What the step kept of its output. */
  readonly kept?: string;
}

/** Where entries are kept; what it was given is on the disk when it returns. */
export interface RuleJournal {
  write(entry: RuleEntry): void;
  remove(id: string): void;
}
