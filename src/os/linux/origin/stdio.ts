import type { Life, StdioEnd } from "../../../core/origin.ts";
import { seen, unseen } from "../../../core/seen.ts";
import { AF_UNIX, ENOENT, POLLERR, POLLHUP, SOCK_STREAM } from "../../unix/constants.ts";
import { closeFd, pollFds } from "../../unix/files.ts";
import { openPath, tryLinkPath } from "../../unix/paths.ts";
import { askNetlink, findAttribute } from "../netlink.ts";
import { tracePipe, traceSocket } from "./pipe-trace.ts";

const O_WRONLY = 1;
const O_NONBLOCK = 0o4000;
// linux/sock_diag.h, linux/unix_diag.h
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const REQUEST = 24;
const UNIX_DIAG_MSG = 16;
const UNIX_DIAG_PEER = 2;
const UDIAG_SHOW_PEER = 4;
const ANY_COOKIE = 0xffff_ffff_ffff_ffffn;

const DELETED = / \(deleted\)$/;
const TERMINAL = /^\/dev\/(pts\/\d+|tty\w*|console|hvc\d+)(?: \(deleted\))?$/;

/** What a process has for stdin, stdout and stderr, and whether anybody is at the other end of each. */
export function readStdio(pid: number): Life["stdio"] {
  const ends = [readEnd(pid, 0), readEnd(pid, 1), readEnd(pid, 2)] as const;
  const [stdin, stdout, stderr] = ends;
  if (!stdin || !stdout || !stderr) return unseen("it is another user's process", "run it with sudo");
  return seen([stdin, stdout, stderr]);
}

/** Nothing where it may not be seen. */
function readEnd(pid: number, fd: 0 | 1 | 2): StdioEnd | undefined {
  const path = `/proc/${pid}/fd/${fd}`;
  const target = tryLinkPath(path);
  if (target === -ENOENT) return { kind: "closed" };
  if (typeof target === "number") return undefined;
  if (target === "/dev/null") return { kind: "null" };
  const name = TERMINAL.exec(target)?.[1];
  if (name !== undefined) return { kind: "terminal", name, state: DELETED.test(target) ? "deleted" : "there" };
  if (target.startsWith("pipe:")) {
    return { kind: "pipe", other: otherEndOfPipe(path, fd === 0 ? "reads" : "writes"), trace: tracePipe(path) };
  }
  const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
  return inode === undefined
    ? { kind: "file", path: target }
    : { kind: "pipe", other: otherEndOfSocket(Number(inode)), trace: traceSocket(pid, fd) };
}

/**
 * Opened once more, in the same direction: poll() tells a reader that no writer is left (POLLHUP), and a writer that no
 * reader is (POLLERR). Nothing is read or written, and whoever waits on it is not woken.
 */
function otherEndOfPipe(path: string, it: "reads" | "writes"): "open" | "closed" | "unknown" {
  const fd = openPath(path, O_NONBLOCK | (it === "reads" ? 0 : O_WRONLY));
  if (fd < 0) return "unknown";
  const [events = 0] = pollFds([{ fd, events: 0 }], 0);
  closeFd(fd);
  return events & (it === "reads" ? POLLHUP : POLLERR) ? "closed" : "open";
}

/** Of a socket pair, as Node makes them for pipes; of any other socket nothing is known. */
function otherEndOfSocket(inode: number): "open" | "closed" | "unknown" {
  const answer = askNetlink(NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, encodeRequest(inode));
  if (!("message" in answer)) return "unknown";
  const { message } = answer;
  // A datagram socket need not have another end.
  if (message.view.getUint8(message.at + 1) !== SOCK_STREAM) return "unknown";
  const peer = findAttribute(message, message.at + UNIX_DIAG_MSG, UNIX_DIAG_PEER);
  return peer && message.view.getUint32(peer.at, true) !== 0 ? "open" : "closed";
}

/** struct unix_diag_req: family, protocol, padding (2), states (4), inode (4), what to show (4), cookie (8). */
function encodeRequest(inode: number): Uint8Array {
  const request = Buffer.alloc(REQUEST);
  request[0] = AF_UNIX;
  request.writeUInt32LE(0xffff_ffff, 4);
  request.writeUInt32LE(inode, 8);
  request.writeUInt32LE(UDIAG_SHOW_PEER, 12);
  request.writeBigUInt64LE(ANY_COOKIE, 16);
  return request;
}
