import type { PipeTrace } from "../../../core/origin.ts";
import { SOL_SOCKET } from "../../unix/constants.ts";
import { closeFd } from "../../unix/files.ts";
import { readOption } from "../../unix/sockets.ts";
import { readBootClock } from "../boot-clock.ts";
import { readFileTimes } from "../file-mode.ts";
import { startTime } from "../owners.ts";
import { readStat } from "../procfs.ts";
import { openPidfd, takeFd } from "../syscalls.ts";

const SO_PEERCRED = 17;
/** struct ucred: pid, uid, gid. */
const UCRED = 12;
const MS_PER_TICK = 10;

/**
 * A pipe's inode has the time of its making; before Linux 6.15 reading and writing change it, and the oldest of its times says
 * when it was there already. Sockets have none. `path`: a link in `/proc/PID/fd`.
 */
export function tracePipe(path: string): PipeTrace {
  const times = readFileTimes(path);
  // A process's start is counted from the boot, and a clock on the wall that was set meanwhile must not come between.
  const age = times && Date.now() - Math.min(times.read, times.written, times.changed);
  const madeAt = age === undefined ? undefined : startTime((readBootClock() - age) / MS_PER_TICK);
  return { kind: "fifo", ...(times && madeAt !== undefined && { made: { id: String(times.inode), madeAt } }) };
}

/**
 * Each of a pair of sockets has the number of the process that made the two, which only who may trace the process sees: root,
 * or its user where yama's ptrace_scope is 0.
 */
export function traceSocket(pid: number, fd: number): PipeTrace {
  const maker = readMaker(pid, fd);
  const it = readStat(pid);
  if (maker === 0 || !it) return { kind: "pair" };
  const now = readStat(maker);
  // Whoever has its number and is younger than the process is another one.
  const isAlive = now !== undefined && now.state !== "Z" && now.startTicks <= it.startTicks;
  return { kind: "pair", maker: { pid: maker, state: isAlive ? "alive" : "gone" } };
}

/** 0 where it may not be seen, or is in a namespace that we don't see. */
function readMaker(pid: number, fd: number): number {
  const pidfd = openPidfd(pid);
  const ours = pidfd < 0 ? -1 : takeFd(pidfd, fd);
  if (pidfd >= 0) closeFd(pidfd);
  if (ours < 0) return 0;
  const credentials = readOption(ours, SOL_SOCKET, SO_PEERCRED, UCRED);
  closeFd(ours);
  return credentials?.length === UCRED ? new DataView(credentials.buffer).getInt32(0, true) : 0;
}
