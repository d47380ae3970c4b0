import type { SocketRow } from "../../core/socket.ts";
import { readTextPath } from "../unix/paths.ts";
import { listFolder } from "./list-folder.ts";
import { inodeOfFd } from "./procfs.ts";
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

/**
 * Whether one of these processes waits for connections on the socket: it watches it through epoll, as most servers do, or
 * a thread of it is in accept(), poll() or select() for it. False where all of them are seen to wait for something else;
 * nothing where one is busy, may not be looked into, or waits in a way that doesn't show for what.
 */
export function seesWaiter({ id }: SocketRow, among: readonly number[]): boolean | undefined {
  if (among.some((pid) => watchesByEpoll(pid, id))) return true;
  const threads = among.flatMap((pid) => (listFolder(`/proc/${pid}/task`) ?? []).map((tid) => ({ pid, tid })));
  const waits = threads.map(({ pid, tid }) => waitsFor(pid, tid, id));
  if (waits.includes(true)) return true;
  return waits.includes(undefined) ? undefined : false;
}

function watchesByEpoll(pid: number, inode: string): boolean {
  const watched = new RegExp(`^tfd:.* ino:${Number(inode).toString(16)} `, "m");
  const fds = listFolder(`/proc/${pid}/fdinfo`) ?? [];
  return fds.some((fd) => watched.test(readTextPath(`/proc/${pid}/fdinfo/${fd}`) ?? ""));
}

/** `/proc/PID/task/TID/syscall` has the number of the call that a thread is in, and its arguments; `running` otherwise. */
function waitsFor(pid: number, tid: string, inode: string): boolean | undefined {
  const words = (readTextPath(`/proc/${pid}/task/${tid}/syscall`) ?? "").split(" ");
  const call = Number(words[0]);
  if (words.length < 3 || Number.isNaN(call) || call === IO_URING_ENTER) return undefined;
  const [first = 0n, second = 0n] = words.slice(1, 3).map(BigInt);
  return fdsOf(pid, call, first, second)?.some((fd) => inodeOfFd(pid, fd) === inode);
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
