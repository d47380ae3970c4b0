import { readLinkPath, readTextPath } from "../unix/paths.ts";
import { listFolder } from "./list-folder.ts";

/** What `/proc/PID/stat` says of a process, as far as portguard needs it. */
export interface ProcessStat {
  readonly pid: number;
  readonly name: string;
  /** `Z`: dead, not yet collected. */
  readonly state: string;
  readonly ppid: number;
  /** Its process group; 0 where the leader is in a namespace that we don't see. */
  readonly group: number;
  readonly session: number;
  /** The device number of its controlling terminal; 0: none. */
  readonly terminal: number;
  /** What it has computed so far, in clock ticks. */
  readonly cpuTicks: number;
  /** Clock ticks since boot. */
  readonly startTicks: number;
}

/** Reads one process; nothing when it is gone. */
export function readStat(pid: number): ProcessStat | undefined {
  const text = readTextPath(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

/** The name stands in parentheses and may contain any character: the fields count from the last one. */
export function parseStat(text: string): ProcessStat {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    state: fields[0] ?? "?",
    ppid: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    terminal: Number(fields[4]),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    startTicks: Number(fields[19]),
  };
}

export function listPids(): number[] {
  return (listFolder("/proc") ?? []).map(Number).filter((pid) => pid > 0);
}

/** Every process at this moment; those that end meanwhile are left out. */
export function readAllStats(): ProcessStat[] {
  return listPids().flatMap((pid) => readStat(pid) ?? []);
}

/** The inodes of the sockets that a process has open; nothing when they may not be seen. */
export function socketInodes(pid: number): Set<string> | undefined {
  const fds = listFolder(`/proc/${pid}/fd`);
  return fds && new Set(fds.flatMap((fd) => inodeOfFd(pid, fd) ?? []));
}

/** The inode of the socket behind one fd of a process; nothing when it is no socket, closed, or not to be seen. */
export function inodeOfFd(pid: number | "self", fd: number | string): string | undefined {
  return /^socket:\[(\d+)\]$/.exec(readLinkPath(`/proc/${pid}/fd/${fd}`) ?? "")?.[1];
}

/** One line of a `Key:\tvalue` file such as `/proc/PID/status`. */
export function readField(path: string, key: string): string | undefined {
  const line = readTextPath(path)
    ?.split("\n")
    .find((each) => each.startsWith(`${key}:`));
  return line?.slice(key.length + 1).trim();
}
