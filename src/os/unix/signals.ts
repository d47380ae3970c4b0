import { constants } from "node:os";
import type { SignalName } from "../../core/os.ts";
import { lazyLibc, orErrno } from "./libc.ts";

const libc = lazyLibc({
  signal: { args: ["i32", "i64"], returns: "ptr" },
  kill: { args: ["i32", "i32"], returns: "i32" },
});

const SIG_DFL = 0;
const SIG_IGN = 1;

/** What is meant for the whole foreground group, or for portguard by name, and must neither end nor stop its guard. */
const GROUP_SIGNALS = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGTERM",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
  "SIGUSR1",
  "SIGUSR2",
] as const;

export function groupSignalNumbers(): number[] {
  return GROUP_SIGNALS.map(numberOf);
}

export function numberOf(signal: SignalName): number {
  return constants.signals[signal];
}

export function signalName(number: number): SignalName {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  // Real-time signals have no name; the shell's convention needs only that it was some signal.
  return (found?.[0] ?? "SIGKILL") as SignalName;
}

export function allSignalNumbers(): number[] {
  return [...new Set(Object.values(constants.signals))];
}

export function ignoreSignal(signal: number): void {
  libc().signal(signal, SIG_IGN);
}

export function defaultSignal(signal: number): void {
  libc().signal(signal, SIG_DFL);
}

/** 0, or minus the error number. */
export function sendSignal(pid: number, signal: number): number {
  return orErrno(libc().kill(pid, signal));
}
