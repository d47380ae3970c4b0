import type { Address } from "../../core/address.ts";
import type { Endpoint, Protocol } from "../../core/endpoint.ts";
import { AF_INET, AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, SOCK_DGRAM, SOCK_STREAM } from "./constants.ts";
import { setCloseOnExec } from "./files.ts";
import { lazyLibc, orErrno } from "./libc.ts";
import { decodeSockaddr, encodeSockaddr } from "./sockaddr.ts";

const libc = lazyLibc({
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
  listen: { args: ["i32", "i32"], returns: "i32" },
  accept: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  shutdown: { args: ["i32", "i32"], returns: "i32" },
  getsockname: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
});

const SOCK_CLOEXEC = process.platform === "linux" ? 0o2000000 : 0;

/** All functions here answer a value of 0 or more, or minus the error number. */
export function openSocket(family: number, type: number, protocol = 0): number {
  const fd = orErrno(libc().socket(family, type | SOCK_CLOEXEC, protocol));
  if (fd >= 0 && SOCK_CLOEXEC === 0) setCloseOnExec(fd);
  return fd;
}

/** A close-on-exec socket fit for this endpoint, with IPV6_V6ONLY set as the endpoint says. */
export function openSocketFor(at: Pick<Endpoint, "address" | "protocol" | "dual">): number {
  const fd = openSocket(at.address.family === 4 ? AF_INET : AF_INET6, typeOf(at.protocol));
  if (fd < 0 || at.address.family === 4) return fd;
  setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, at.dual || at.address.text.startsWith("::ffff:") ? 0 : 1);
  return fd;
}

export function bindSocket(fd: number, address: Address, port: number): number {
  return bindRaw(fd, encodeSockaddr(address, port));
}

export function bindRaw(fd: number, sockaddr: Uint8Array<ArrayBuffer>): number {
  return orErrno(libc().bind(fd, sockaddr, sockaddr.length));
}

export function listenOn(fd: number, backlog: number): number {
  return orErrno(libc().listen(fd, backlog));
}

/** The next waiting connection. */
export function acceptOn(fd: number): number {
  return orErrno(libc().accept(fd, null, null));
}

export function shutdownSocket(fd: number, how: number): number {
  return orErrno(libc().shutdown(fd, how));
}

/** Where a socket is bound; nothing for other families or a closed fd. */
export function nameOf(fd: number): { address: Address; port: number } | undefined {
  const bytes = new Uint8Array(128);
  const length = new Uint32Array([bytes.length]);
  if (orErrno(libc().getsockname(fd, bytes, length)) < 0) return undefined;
  return decodeSockaddr(bytes.subarray(0, Math.min(length[0]!, bytes.length)));
}

export function setOption(fd: number, level: number, option: number, value: number): number {
  return setOptionBytes(fd, level, option, new Uint8Array(Int32Array.of(value).buffer));
}

export function setOptionBytes(fd: number, level: number, option: number, value: Uint8Array<ArrayBuffer>): number {
  return orErrno(libc().setsockopt(fd, level, option, value, value.length));
}

/** The bytes of an option, at most `size` of them; nothing where the socket does not know it. */
export function readOption(fd: number, level: number, option: number, size = 4): Uint8Array<ArrayBuffer> | undefined {
  const value = new Uint8Array(size);
  const length = new Uint32Array([size]);
  if (orErrno(libc().getsockopt(fd, level, option, value, length)) < 0) return undefined;
  return value.subarray(0, length[0]);
}

// Copying some forty of them is done inside a call of the command: no memory is taken for it.
const theirs = new Uint8Array(16);
const ours = new Uint8Array(16);
const size = new Uint32Array(1);

/** Gives one socket an option of another, of at most 16 bytes, where they differ and the first knows it. */
export function copyOption(from: number, to: number, level: number, option: number, bytes: number): void {
  const length = readInto(theirs, from, level, option, bytes);
  if (length < 0 || (readInto(ours, to, level, option, bytes) === length && sameStart(length))) return;
  libc().setsockopt(to, level, option, theirs, length);
}

function readInto(into: Uint8Array<ArrayBuffer>, fd: number, level: number, option: number, bytes: number): number {
  size[0] = bytes;
  return libc().getsockopt(fd, level, option, into, size) === 0 ? size[0] : -1;
}

function sameStart(length: number): boolean {
  for (let at = 0; at < length; at++) if (theirs[at] !== ours[at]) return false;
  return true;
}

/** An int option; nothing where the socket does not know it. */
export function readIntOption(fd: number, level: number, option: number): number | undefined {
  const value = readOption(fd, level, option);
  return value?.length === 4 ? new DataView(value.buffer).getInt32(0, true) : undefined;
}

export function typeOf(protocol: Protocol): number {
  return protocol === "tcp" ? SOCK_STREAM : SOCK_DGRAM;
}
