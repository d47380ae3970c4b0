import type { OpenProcess } from "../../core/open-process.ts";
import { isSameProcess, type ProcessIdentity } from "../../core/process-mark.ts";
import { ESRCH } from "../unix/constants.ts";
import { UnixProcess } from "../unix/opened-process.ts";
import { sendSignal } from "../unix/signals.ts";
import { openExitFd } from "./exit-fd.ts";
import { readMark } from "./processes.ts";

/**
 * macOS has no handle that a signal could be sent through: the start time is looked at right before each of them, and the
 * kqueue tells the end of the one that was opened. Of other users' processes no start time is shown: they are not opened.
 */
export function openProcess(who: ProcessIdentity): OpenProcess | undefined {
  const { pid } = who;
  const isStillIt = () => isSameProcess(who, readMark(pid));
  const exitFd = openExitFd(pid);
  if (exitFd === -ESRCH) return undefined;
  const send = (signal: number) => (isStillIt() ? sendSignal(pid, signal) : -ESRCH);
  const opened = new UnixProcess({ pid, exitFd, isStillIt, send });
  if (isStillIt()) return opened;
  opened[Symbol.dispose]();
  return undefined;
}
