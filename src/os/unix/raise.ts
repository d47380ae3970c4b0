import type { SignalName } from "../../core/os.ts";
import { setCoreLimitToZero } from "./core-limit.ts";
import { defaultSignal, numberOf, sendSignal } from "./signals.ts";

/**
 * Dies by this signal. The core file, where one was due, is the command's and not ours. Where the signal does not end us
 * (we are init, or it is blocked) it answers the exit code that a shell would give.
 */
export function raiseSignal(signal: SignalName): number {
  setCoreLimitToZero();
  defaultSignal(numberOf(signal));
  sendSignal(process.pid, numberOf(signal));
  return 128 + numberOf(signal);
}
