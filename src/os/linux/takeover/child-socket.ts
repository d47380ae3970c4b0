import type { Protocol } from "../../../core/endpoint.ts";
import {
  IPV6_V6ONLY,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../unix/constants.ts";
import { closeFd, setNonBlocking } from "../../unix/files.ts";
import { copyOption, readIntOption, readOption, setOptionBytes } from "../../unix/sockets.ts";
import { inodeOfFd, readField } from "../procfs.ts";
import { openPidfd, takeFd } from "../syscalls.ts";

const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_BINDTODEVICE = 25;
const SO_PROTOCOL = 38;
const SO_NETNS_COOKIE = 71;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const MPTCP = 262;

/** [level, option, bytes]: what a program may have set on its socket before bind(), apart from the buffers' sizes. */
const COPIED: readonly (readonly [level: number, option: number, size: number])[] = [
  ...[6, 9, 10, 12, 18, 29, 35, 46, 49].map((option) => [SOL_SOCKET, option, 4] as const), // BROADCAST KEEPALIVE OOBINLINE PRIORITY RCVLOWAT TIMESTAMP TIMESTAMPNS BUSY_POLL INCOMING_CPU
  [SOL_SOCKET, 13, 8], // LINGER
  [SOL_SOCKET, 20, 16], // RCVTIMEO
  [SOL_SOCKET, 21, 16], // SNDTIMEO
  [SOL_SOCKET, 36, 4], // MARK
  ...[1, 2, 8, 10, 11, 12, 13, 15, 19, 32, 33, 34].map((option) => [0, option, 4] as const), // IP: TOS TTL PKTINFO MTU_DISCOVER RECVERR RECVTTL RECVTOS FREEBIND TRANSPARENT MULTICAST_IF MULTICAST_TTL MULTICAST_LOOP
  ...[16, 17, 18, 19, 25, 49, 51, 66, 67].map((option) => [41, option, 4] as const), // IPV6: UNICAST_HOPS MULTICAST_IF MULTICAST_HOPS MULTICAST_LOOP RECVERR RECVPKTINFO RECVHOPLIMIT RECVTCLASS TCLASS
  ...[1, 4, 5, 6, 9, 18, 23].map((option) => [6, option, 4] as const), // TCP: NODELAY KEEPIDLE KEEPINTVL KEEPCNT DEFER_ACCEPT USER_TIMEOUT FASTOPEN
  [17, 104, 4], // UDP: GRO
];

/** The socket that a process of the command's tree calls bind() or listen() on, as a duplicate of ours. */
export interface ChildSocket extends Disposable {
  /** The process (thread group), not the calling thread. */
  readonly pid: number;
  readonly fd: number;
  /** Our duplicate. */
  readonly ours: number;
  readonly inode: string;
}

/** Takes a duplicate of a caller's fd; minus the error number where it may not be had (EPERM) or is no fd (EBADF). */
export function openChildSocket(tid: number, fd: number): ChildSocket | number {
  let pid = tid;
  let pidfd = openPidfd(tid);
  if (pidfd < 0) {
    // Only a thread group can be opened: the caller is one of its further threads.
    pid = Number(readField(`/proc/${tid}/status`, "Tgid") ?? tid);
    pidfd = openPidfd(pid);
  }
  if (pidfd < 0) return pidfd;
  const ours = takeFd(pidfd, fd);
  closeFd(pidfd);
  if (ours < 0) return ours;
  return { pid, fd, ours, inode: inodeOfFd("self", ours) ?? "?", [Symbol.dispose]: () => closeFd(ours) };
}

/** What decides which member a child gets. */
export interface ChildFacts {
  readonly protocol: Protocol | undefined;
  readonly v6Only: boolean;
  readonly reuseAddress: boolean;
  readonly reusePort: boolean;
  readonly sameNetwork: boolean;
}

export function readChildFacts(socket: number, reference: number): ChildFacts {
  return {
    protocol: protocolOf(readIntOption(socket, SOL_SOCKET, SO_TYPE), readIntOption(socket, SOL_SOCKET, SO_PROTOCOL)),
    v6Only: readIntOption(socket, 41, IPV6_V6ONLY) === 1,
    reuseAddress: readIntOption(socket, SOL_SOCKET, SO_REUSEADDR) === 1,
    reusePort: readIntOption(socket, SOL_SOCKET, SO_REUSEPORT) === 1,
    sameNetwork: equalBytes(
      readOption(socket, SOL_SOCKET, SO_NETNS_COOKIE, 8),
      readOption(reference, SOL_SOCKET, SO_NETNS_COOKIE, 8),
    ),
  };
}

function protocolOf(type: number | undefined, protocol: number | undefined): Protocol | undefined {
  // Go listens with MPTCP sockets by default: a plain TCP socket serves it as well.
  if (type === SOCK_STREAM && (protocol === 6 || protocol === MPTCP)) return "tcp";
  return type === SOCK_DGRAM && protocol === 17 ? "udp" : undefined;
}

/**
 * Makes a member look like the socket that it replaces: options, buffers, device, O_NONBLOCK. Sharing options are left
 * out: they are the hold's own business. Where another generation has the member, O_NONBLOCK is not taken from it: it may
 * sit in accept() for ever. Answers whether the child's fd is close-on-exec.
 */
export function copySettings(from: ChildSocket, to: number, isShared: boolean): boolean {
  for (const [level, option, size] of COPIED) copyOption(from.ours, to, level, option, size);
  for (const option of [SO_SNDBUF, SO_RCVBUF]) copyBufferSize(from.ours, to, option);
  copyOption(from.ours, to, SOL_SOCKET, SO_BINDTODEVICE, 16);
  const flags = Number.parseInt(readField(`/proc/${from.pid}/fdinfo/${from.fd}`, "flags") ?? "0", 8);
  const nonBlocking = (flags & O_NONBLOCK) !== 0;
  if (nonBlocking || !isShared) setNonBlocking(to, nonBlocking);
  return (flags & O_CLOEXEC) !== 0;
}

/** The kernel answers twice the size that was asked for. */
function copyBufferSize(from: number, to: number, option: number): void {
  const theirs = readIntOption(from, SOL_SOCKET, option);
  if (theirs === undefined || theirs === readIntOption(to, SOL_SOCKET, option)) return;
  setOptionBytes(to, SOL_SOCKET, option, new Uint8Array(Int32Array.of(theirs >> 1).buffer));
}

function equalBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0);
}
