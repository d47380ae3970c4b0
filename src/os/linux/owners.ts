import type { ProcessInfo, SocketRow } from "../../core/socket.ts";
import { readLinkPath, readTextPath } from "../unix/paths.ts";
import { FdScan } from "./fd-scan.ts";
import { listPids, readField, readStat, socketInodes } from "./procfs.ts";

/** The kernel's USER_HZ: 100 on every architecture that portguard is built for. */
const TICKS_PER_SECOND = 100;

/** Which processes (of these, or of all) have these sockets open: one pass over all fds that may be read. */
export function findOwners(
  rows: readonly Pick<SocketRow, "id">[],
  among: readonly number[] = listPids(),
): Map<string, number[]> {
  const owners = new Map<string, number[]>(rows.map((row) => [row.id, []]));
  // Rows without an inode (TIME_WAIT) have no owner to find.
  owners.delete("0");
  if (owners.size === 0) return owners;
  const scan = new FdScan(new Set([...owners.keys()].map(Number)));
  for (const pid of among) {
    for (const inode of scan.look(pid)?.found.keys() ?? []) owners.get(String(inode))?.push(pid);
  }
  return owners;
}

/** Live processes whose open files this user may not list. */
export function findHidden(pids: readonly number[]): number[] {
  return pids.filter((pid) => socketInodes(pid) === undefined && readStat(pid) !== undefined);
}

/** Everything that `/proc` shows of a process to this user; nothing when it is gone. */
export function readProcess(pid: number): ProcessInfo | undefined {
  const stat = readStat(pid);
  if (!stat) return undefined;
  const user = userName(readField(`/proc/${pid}/status`, "Uid")?.split("\t")[0]);
  const startedAt = startTime(stat.startTicks);
  const cwd = readLinkPath(`/proc/${pid}/cwd`);
  return {
    pid,
    ppid: stat.ppid,
    name: stat.name,
    command: commandLine(pid),
    ...(user !== undefined && { user }),
    ...(startedAt !== undefined && { startedAt }),
    born: nameStart(stat.startTicks),
    ...(cwd !== undefined && { cwd }),
  };
}

/** What tells a start so many clock ticks after boot from every other one, of before the machine was started anew as well. */
export function nameStart(ticks: number): string {
  bootId ??= readTextPath("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  return `${bootId} ${ticks}`;
}

function commandLine(pid: number): string[] {
  return (readTextPath(`/proc/${pid}/cmdline`) ?? "").split("\0").slice(0, -1);
}

let bootId: string | undefined;
let boot: number | undefined;

/**
 * Milliseconds since the epoch of so many clock ticks after boot. The moment of the boot is asked for once: the kernel
 * works it out from the clock on the wall, which may be set meanwhile.
 */
export function startTime(ticks: number): number | undefined {
  boot ??= readBootTime();
  return boot === undefined ? undefined : boot * 1000 + (ticks / TICKS_PER_SECOND) * 1000;
}

function readBootTime(): number | undefined {
  const seconds = /^btime (\d+)$/m.exec(readTextPath("/proc/stat") ?? "")?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** The login name of a uid from /etc/passwd, or the uid itself: other name services would need a library. */
export function userName(uid: string | undefined): string | undefined {
  if (uid === undefined) return undefined;
  const line = readTextPath("/etc/passwd")
    ?.split("\n")
    .find((each) => each.split(":")[2] === uid);
  return line?.split(":")[0] ?? uid;
}
