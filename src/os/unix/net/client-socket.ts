import { type Address, sameAddress } from "../../../core/address.ts";
import type { Endpoint } from "../../../core/endpoint.ts";
import { SO_ERROR, SOL_SOCKET } from "../constants.ts";
import { closeFd, setNonBlocking } from "../files.ts";
import { lazyLibc, orErrno } from "../libc.ts";
import { decodeSockaddr, encodeSockaddr } from "../sockaddr.ts";
import { bindSocket, nameOf, openSocketFor, readIntOption } from "../sockets.ts";

const libc = lazyLibc({
  connect: { args: ["i32", "ptr", "u32"], returns: "i32" },
  getpeername: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  send: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
});

type Place = Pick<Endpoint, "address" | "port">;

/** A non-blocking, close-on-exec socket, bound to `from` where that is said: its fd, or minus the error number. */
export function openClient(to: Endpoint, from?: Address): number {
  const fd = openSocketFor(to);
  if (fd < 0) return fd;
  setNonBlocking(fd, true);
  const bound = from ? bindSocket(fd, from, 0) : 0;
  if (bound >= 0) return fd;
  closeFd(fd);
  return bound;
}

/** connect(): 0, or minus the error number; EINPROGRESS while it is under way. */
export function startConnect(fd: number, { address, port }: Place): number {
  const name = encodeSockaddr(address, port);
  return orErrno(libc().connect(fd, name, name.length));
}

/** How a connect() that was under way has ended: an error number, or 0; it is told once. */
export function takeError(fd: number): number {
  return readIntOption(fd, SOL_SOCKET, SO_ERROR) ?? 0;
}

/** Whom the socket is connected to; nothing while it is not. */
export function peerOf(fd: number): Place | undefined {
  const bytes = new Uint8Array(128);
  const length = new Uint32Array([bytes.length]);
  if (orErrno(libc().getpeername(fd, bytes, length)) < 0) return undefined;
  return decodeSockaddr(bytes.subarray(0, Math.min(length[0]!, bytes.length)));
}

/**
 * Whether the socket is connected to itself: where nobody listens on a port of the range for outgoing connections, the
 * kernel may choose that very port for our end, and TCP's simultaneous open then succeeds. That is not a listener.
 */
export function isConnectedToItself(fd: number): boolean {
  const [ours, theirs] = [nameOf(fd), peerOf(fd)];
  return ours !== undefined && theirs?.port === ours.port && sameAddress(ours.address, theirs.address);
}

/** Sends one empty datagram: 0, or minus the error number. (What write() of nothing does, POSIX leaves open.) */
export function sendNothing(fd: number): number {
  return orErrno(Number(libc().send(fd, new Uint8Array(1), 0, 0)));
}
