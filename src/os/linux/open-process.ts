import type { OpenProcess } from "../../core/open-process.ts";
import { isSameProcess, type ProcessIdentity } from "../../core/process-mark.ts";
import { EINVAL, ESRCH } from "../unix/constants.ts";
import { UnixProcess } from "../unix/opened-process.ts";
import { sendSignal } from "../unix/signals.ts";
import { nameStart } from "./owners.ts";
import { readStat } from "./procfs.ts";
import { openPidfd, signalPidfd } from "./syscalls.ts";

/**
 * A pidfd first, then the look at who it is: what is read now is either of the process behind the pidfd, or that one has
 * died, and then nothing reaches anybody through it. EINVAL: the number is a thread's, whose process has ended.
 */
export function openProcess(who: ProcessIdentity): OpenProcess | undefined {
  const { pid } = who;
  const pidfd = openPidfd(pid);
  if (pidfd === -ESRCH || pidfd === -EINVAL) return undefined;
  const isStillIt = () => isAlive(who);
  // Before Linux 5.3 there are no pidfds, and a sandbox may refuse them: the look then comes as late as it can.
  const send = (signal: number) =>
    pidfd >= 0 ? signalPidfd(pidfd, signal) : isStillIt() ? sendSignal(pid, signal) : -ESRCH;
  const opened = new UnixProcess({ pid, exitFd: pidfd, isStillIt, send });
  if (isStillIt()) return opened;
  opened[Symbol.dispose]();
  return undefined;
}

function isAlive(who: ProcessIdentity): boolean {
  const stat = readStat(who.pid);
  if (!stat || stat.state === "Z" || stat.state === "X") return false;
  return isSameProcess(who, { pid: stat.pid, born: nameStart(stat.startTicks) });
}
