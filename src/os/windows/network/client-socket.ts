import { type Address, sameAddress } from "../../../core/address.ts";
import type { Endpoint } from "../../../core/endpoint.ts";
import { lastError, lazyDll } from "../dll.ts";
import { decodeSockaddr, encodeSockaddr, SOCKADDR_ROOM } from "../sockaddr.ts";
import { closeSocket, openSocket, startWinsock } from "../winsock.ts";

const winsock = lazyDll("ws2_32.dll", {
  bind: { args: ["u64", "buffer", "i32"], returns: "i32" },
  connect: { args: ["u64", "buffer", "i32"], returns: "i32" },
  ioctlsocket: { args: ["u64", "i32", "buffer"], returns: "i32" },
  WSAIoctl: { args: ["u64", "u32", "buffer", "u32", "ptr", "u32", "buffer", "ptr", "ptr"], returns: "i32" },
  getsockopt: { args: ["u64", "i32", "i32", "buffer", "buffer"], returns: "i32" },
  getsockname: { args: ["u64", "buffer", "buffer"], returns: "i32" },
  getpeername: { args: ["u64", "buffer", "buffer"], returns: "i32" },
  recv: { args: ["u64", "buffer", "i32", "i32"], returns: "i32" },
  send: { args: ["u64", "buffer", "i32", "i32"], returns: "i32" },
});

const SOL_SOCKET = 0xffff;
const SO_ERROR = 0x1007;
/** winsock2.h, as the signed number that ioctlsocket() takes. */
const FIONBIO = 0x8004667e | 0;
/** mstcpip.h: struct TCP_INITIAL_RTO_PARAMETERS, the time as it is, and no second SYN; since Windows 10 1709. */
const SIO_TCP_INITIAL_RTO = 0x98000011;
const ONE_SYN = Uint8Array.of(0xff, 0xff, 0xfe, 0);

type Place = Pick<Endpoint, "address" | "port">;

/** A non-blocking socket, bound to `from` where that is said, or the error number. All functions here answer so. */
export function openClient(to: Endpoint, from?: Address): bigint | number {
  startWinsock();
  const socket = openSocket(to);
  if (socket === undefined) return lastError();
  const refused = orError(winsock().ioctlsocket(socket, FIONBIO, Uint32Array.of(1))) || bindTo(socket, from);
  if (refused === 0) return socket;
  closeSocket(socket);
  return refused;
}

function bindTo(socket: bigint, from: Address | undefined): number {
  if (!from) return 0;
  const name = encodeSockaddr(from, 0);
  return orError(winsock().bind(socket, name, name.length));
}

/**
 * Has the socket send one SYN only. Windows asks again after a refusal, too, which would make that take two seconds.
 * Whether it can be had.
 */
export function limitToOneSyn(socket: bigint): boolean {
  return winsock().WSAIoctl(socket, SIO_TCP_INITIAL_RTO, ONE_SYN, 4, null, 0, new Uint32Array(1), null, null) === 0;
}

/** connect(): 0, or the error number; WSAEWOULDBLOCK while it is under way. */
export function startConnect(socket: bigint, { address, port }: Place): number {
  const name = encodeSockaddr(address, port);
  return orError(winsock().connect(socket, name, name.length));
}

export function takeError(socket: bigint): number {
  const error = new Int32Array(1);
  return orError(winsock().getsockopt(socket, SOL_SOCKET, SO_ERROR, error, Int32Array.of(4))) || error[0]!;
}

/** Where our end is; nothing while it is not bound. */
export function nameOf(socket: bigint): Place | undefined {
  return decodeName((bytes, length) => winsock().getsockname(socket, bytes, length));
}

/** As on Unix: where nobody listens, the system may choose the very port that we connect to. */
export function isConnectedToItself(socket: bigint): boolean {
  const [ours, theirs] = [nameOf(socket), decodeName((...into) => winsock().getpeername(socket, ...into))];
  return ours !== undefined && theirs?.port === ours.port && sameAddress(ours.address, theirs.address);
}

/** How many bytes came, 0 at the end, or minus the error number. */
export function receive(socket: bigint, into: Uint8Array): number {
  const got = winsock().recv(socket, into, into.length, 0);
  return got < 0 ? -lastError() : got;
}

/** Sends one empty datagram. */
export function sendNothing(socket: bigint): number {
  return orError(winsock().send(socket, new Uint8Array(1), 0, 0));
}

function decodeName(ask: (bytes: Uint8Array, length: Int32Array) => number): Place | undefined {
  const bytes = new Uint8Array(SOCKADDR_ROOM);
  return ask(bytes, Int32Array.of(bytes.length)) === 0 ? decodeSockaddr(bytes) : undefined;
}

function orError(result: number): number {
  return result < 0 ? lastError() : 0;
}
