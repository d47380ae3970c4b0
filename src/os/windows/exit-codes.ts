import { constants } from "node:os";
import type { Exit, SignalName } from "../../core/os.ts";

/** STATUS_CONTROL_C_EXIT: what the system itself ends a program with on Ctrl-C and Ctrl-Break. */
const CONTROL_C_EXIT = 0xc000_013a;

/** The exit code that stands for a death by signal: Windows' own for Ctrl-C, else 128 and the number, as POSIX shells have it. */
export function exitCodeOf(signal: SignalName): number {
  if (signal === "SIGINT" || signal === "SIGBREAK") return CONTROL_C_EXIT;
  return 128 + (constants.signals[signal] ?? 0);
}

/** What an exit code tells. A process that we ended for a signal died by that signal. */
export function exitOf(code: number, endedFor: SignalName | undefined): Exit {
  const unsigned = code >>> 0;
  if (endedFor !== undefined && unsigned === exitCodeOf(endedFor)) return { kind: "signal", signal: endedFor };
  return unsigned === CONTROL_C_EXIT ? { kind: "signal", signal: "SIGINT" } : { kind: "code", code: unsigned };
}
