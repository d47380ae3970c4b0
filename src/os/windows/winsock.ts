import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import { fail } from "../../core/error.ts";
import { lastError, lazyDll } from "./dll.ts";
import { AF_INET, AF_INET6, encodeSockaddr, portOfSockaddr, SOCKADDR_ROOM } from "./sockaddr.ts";

const winsock = lazyDll("ws2_32.dll", {
  WSAStartup: { args: ["u16", "buffer"], returns: "i32" },
  WSASocketW: { args: ["i32", "i32", "i32", "ptr", "u32", "u32"], returns: "u64" },
  setsockopt: { args: ["u64", "i32", "i32", "buffer", "i32"], returns: "i32" },
  bind: { args: ["u64", "buffer", "i32"], returns: "i32" },
  getsockname: { args: ["u64", "buffer", "buffer"], returns: "i32" },
  WSADuplicateSocketW: { args: ["u64", "u32", "buffer"], returns: "i32" },
  closesocket: { args: ["u64"], returns: "i32" },
});

const VERSION_2_2 = 0x0202;
const WSADATA_BYTES = 408;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
/** Handles that `socket()` makes are inherited by every child; these are not. */
const WSA_FLAG_OVERLAPPED = 0x01;
const WSA_FLAG_NO_HANDLE_INHERIT = 0x80;
const INVALID_SOCKET = 0xffff_ffff_ffff_ffffn;
const SOL_SOCKET = 0xffff;
const SO_EXCLUSIVEADDRUSE = ~0x0004;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 27;

/** struct WSAPROTOCOL_INFOW. */
const PROTOCOL_INFO_BYTES = 628;
/** What stands for "as the structure says" in the place of family, type and protocol. */
const FROM_PROTOCOL_INFO = -1;

/** A bound socket that does not listen. */
export interface BoundSocket {
  readonly socket: bigint;
  /** Where it is bound: the chosen port where 0 was asked for. */
  readonly at: Endpoint;
}

/** Binds a new exclusive socket; an IPv6 one takes IPv6 only. Answers Windows' error number where it refuses. */
export function bindExclusively(at: Endpoint): BoundSocket | number {
  startWinsock();
  const socket = openSocket(at);
  if (socket === undefined) return lastError();
  const refused = option(socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE) || v6Only(socket, at) || bindTo(socket, at);
  if (refused === 0) return { socket, at: { ...at, port: at.port || boundPort(socket, at) } };
  closeSocket(socket);
  return refused;
}

/** What the process of this number opens the same socket with, or Windows' error number. */
export function duplicateSocket(socket: bigint, pid: number): Uint8Array | number {
  const info = new Uint8Array(PROTOCOL_INFO_BYTES);
  return winsock().WSADuplicateSocketW(socket, pid, info) === 0 ? info : lastError();
}

/** Opens a socket that another process duplicated for this one; Windows' error number where it refuses. */
export function adoptSocket(info: Uint8Array<ArrayBuffer>): bigint | number {
  startWinsock();
  const from = FROM_PROTOCOL_INFO;
  const flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
  const socket = winsock().WSASocketW(from, from, from, info, 0, flags);
  return socket === INVALID_SOCKET ? lastError() : socket;
}

export function closeSocket(socket: bigint): void {
  winsock().closesocket(socket);
}

let started = false;

/** Once for the process. Throws INTERNAL. */
export function startWinsock(): void {
  if (started) return;
  const error = winsock().WSAStartup(VERSION_2_2, new Uint8Array(WSADATA_BYTES));
  if (error !== 0)
    fail("INTERNAL", `Winsock can't be started (error ${error})`, "see whether other programs reach the network");
  started = true;
}

/** A handle that no child inherits; nothing where the system refuses (`lastError`). */
export function openSocket({ address, protocol }: Pick<Endpoint, "address" | "protocol">): bigint | undefined {
  const family = address.family === 4 ? AF_INET : AF_INET6;
  const [type, number] = protocol === "tcp" ? [SOCK_STREAM, IPPROTO_TCP] : [SOCK_DGRAM, IPPROTO_UDP];
  const flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
  const socket = winsock().WSASocketW(family, type, number, null, 0, flags);
  return socket === INVALID_SOCKET ? undefined : socket;
}

function option(socket: bigint, level: number, name: number): number {
  return winsock().setsockopt(socket, level, name, Uint32Array.of(1), 4) === 0 ? 0 : lastError();
}

function v6Only(socket: bigint, { address }: Endpoint): number {
  return address.family === 6 ? option(socket, IPPROTO_IPV6, IPV6_V6ONLY) : 0;
}

function bindTo(socket: bigint, { address, port }: Endpoint): number {
  const name = encodeSockaddr(address, port);
  return winsock().bind(socket, name, name.length) === 0 ? 0 : lastError();
}

function boundPort(socket: bigint, at: Endpoint): number {
  const name = new Uint8Array(SOCKADDR_ROOM);
  if (winsock().getsockname(socket, name, Int32Array.of(name.length)) === 0) return portOfSockaddr(name);
  const error = lastError();
  closeSocket(socket);
  return fail(
    "INTERNAL",
    `${formatEndpoint(at)} was bound, but not to a port (error ${error})`,
    "name a port instead of 0",
  );
}
