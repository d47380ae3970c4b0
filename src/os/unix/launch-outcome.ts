import type { Exit, LaunchOutcome } from "../../core/os.ts";
import { EACCES, ENOENT, ENOEXEC, ENOTDIR } from "./constants.ts";
import { signalName } from "./signals.ts";
import type { WaitStatus } from "./spawn.ts";

/** Why a program could not be started, by the error number of its start. */
export function failureOf(error: number): LaunchOutcome {
  if (error === ENOENT || error === ENOTDIR) return { kind: "not-found" };
  if (error === EACCES) return { kind: "not-runnable", because: "it is not executable" };
  if (error === ENOEXEC)
    return { kind: "not-runnable", because: "it is neither a program nor a script with a `#!` line" };
  return { kind: "not-runnable", because: `the system refused (error ${error})` };
}

export function exitOf(status: WaitStatus): Exit {
  return "code" in status ? { kind: "code", code: status.code } : { kind: "signal", signal: signalName(status.signal) };
}
