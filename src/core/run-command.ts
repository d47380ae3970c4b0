import type { Command } from "./step.ts";

/** How a command ended. `stdout` and `stderr` are cut at their limit. */
export type Ran =
  | { readonly kind: "ended"; readonly code: number; readonly stdout: string; readonly stderr: string }
  /** It could not be started, or did not end in time. `because` completes "could not be run: …". */
  | { readonly kind: "not-run"; readonly because: string };

/** Runs a command in the C locale to its end. Never rejects. */
export type RunCommand = (command: Command) => Promise<Ran>;
