import type { SocketRow, Waiting } from "../../core/socket.ts";
import { readTextPath } from "../unix/paths.ts";
import { listFolder } from "./list-folder.ts";
import { inodeOfFd, parseStat } from "./procfs.ts";
import { readMemory } from "./syscalls.ts";

const x64 = process.arch === "x64";
/** System calls in which a thread waits, by their numbers (asm/unistd.h). arm64 has neither poll nor select. */
const ACCEPT = x64 ? [43, 288] : [202, 242];
const POLL = x64 ? [7, 271] : [73];
const SELECT = x64 ? [23, 270] : [72];
const IO_URING_ENTER = 426;
/** More than this nobody waits for at once without epoll. */
const MOST_FDS = 1024;
/** struct pollfd: fd (4), events (2), ready events (2). */
const POLLFD = 8;

/** A process waits for connections if it watches the socket through epoll, or a thread of it is in a call that waits for it. */
export function waitingOn({ id }: SocketRow, among: readonly number[]): Waiting {
  if (among.some((pid) => watchesByEpoll(pid, id))) return "waits";
  const threads = among.flatMap((pid) => (listFolder(`/proc/${pid}/task`) ?? []).map((tid) => ({ pid, tid })));
  const seen = new Set(threads.map(({ pid, tid }) => waitsFor(pid, tid, id)));
  return (["waits", "unseen", "busy"] as const).find((each) => seen.has(each)) ?? "elsewhere";
}

function watchesByEpoll(pid: number, inode: string): boolean {
  const watched = new RegExp(`^tfd:.* ino:${Number(inode).toString(16)} `, "m");
  const fds = listFolder(`/proc/${pid}/fdinfo`) ?? [];
  return fds.some((fd) => watched.test(readTextPath(`/proc/${pid}/fdinfo/${fd}`) ?? ""));
}

/** `/proc/PID/task/TID/syscall` has the number of the call that a thread is in, and its arguments; `running` otherwise. */
function waitsFor(pid: number, tid: string, inode: string): Waiting {
  const text = readTextPath(`/proc/${pid}/task/${tid}/syscall`);
  if (text === undefined) return isDead(pid, tid) ? "elsewhere" : "unseen";
  if (text.startsWith("running")) return "busy";
  const words = text.split(" ");
  const call = Number(words[0]);
  if (words.length < 3 || Number.isNaN(call) || call === IO_URING_ENTER) return "unseen";
  const [first = 0n, second = 0n] = words.slice(1, 3).map(BigInt);
  const fds = fdsOf(pid, call, first, second);
  if (!fds) return "unseen";
  return fds.some((fd) => inodeOfFd(pid, fd) === inode) ? "waits" : "elsewhere";
}

/** One that has ended and was not collected yet, too. */
function isDead(pid: number, tid: string): boolean {
  const stat = readTextPath(`/proc/${pid}/task/${tid}/stat`);
  return stat === undefined || /^[ZX]$/.test(parseStat(stat).state);
}

/** The fds that a call waits for; nothing where they can't be read. */
function fdsOf(pid: number, call: number, first: bigint, second: bigint): number[] | undefined {
  if (ACCEPT.includes(call)) return [Number(first)];
  if (POLL.includes(call)) return readPollFds(pid, first, Number(second));
  return SELECT.includes(call) ? readFdSet(pid, second, Number(first)) : [];
}

function readPollFds(pid: number, address: bigint, count: number): number[] | undefined {
  if (count > MOST_FDS) return undefined;
  const bytes = new Uint8Array(count * POLLFD);
  if (readMemory(pid, address, bytes) !== bytes.length) return undefined;
  const view = new DataView(bytes.buffer);
  return Array.from({ length: count }, (_, index) => view.getInt32(index * POLLFD, true));
}

/** An fd_set has one bit an fd, the lowest first. */
function readFdSet(pid: number, address: bigint, count: number): number[] | undefined {
  if (count > MOST_FDS) return undefined;
  const bytes = new Uint8Array(Math.ceil(count / 64) * 8);
  if (readMemory(pid, address, bytes) !== bytes.length) return undefined;
  return Array.from({ length: count }, (_, fd) => fd).filter((fd) => (bytes[fd >> 3]! >> (fd & 7)) & 1);
}
