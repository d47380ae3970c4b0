import type { Protocol } from "../../core/endpoint.ts";

/** Who a process is, and who forked it, by numbers that count up and are never used again. */
export interface Ancestry {
  readonly pid: number;
  readonly id: number;
  readonly parentId: number;
}

export interface ProcessFacts {
  readonly ppid: number;
  readonly name: string;
  readonly uid: number;
  /** Milliseconds since the epoch, where it is told. */
  readonly startedAt?: number;
}

const PROX_FDTYPE_SOCKET = 2;
const SOCKINFO_IN = 1;
const SOCKINFO_TCP = 2;
const SOCKINFO_UN = 3;
const SOCK_STREAM = 1;
const IPPROTO_UDP = 17;
const KINFO_PROC_BYTES = 648;

/** `proc_bsdinfo` */
export function parseFullFacts(bytes: Uint8Array): ProcessFacts {
  const view = viewOf(bytes);
  const startedAt =
    Number(view.getBigUint64(120, true)) * 1000 + Math.floor(Number(view.getBigUint64(128, true)) / 1000);
  const name = readText(bytes, 64, 32) || readText(bytes, 48, 16);
  return { ppid: view.getUint32(16, true), name, uid: view.getUint32(20, true), startedAt };
}

/** `proc_bsdshortinfo` */
export function parseShortFacts(bytes: Uint8Array): ProcessFacts {
  const view = viewOf(bytes);
  return { ppid: view.getUint32(4, true), name: readText(bytes, 16, 16), uid: view.getUint32(36, true) };
}

/** `proc_uniqidentifierinfo`; the kernel counts these numbers up from 0 at each start. */
export function parseAncestry(pid: number, bytes: Uint8Array): Ancestry {
  const view = viewOf(bytes);
  return { pid, id: Number(view.getBigUint64(16, true)), parentId: Number(view.getBigUint64(24, true)) };
}

/** The working folder in a `proc_vnodepathinfo`. */
export function parseFolder(bytes: Uint8Array): string {
  return readText(bytes, 152, 1024);
}

/** The same folder's number of links: 0 where it was deleted. */
export function parseFolderLinks(bytes: Uint8Array): number {
  return viewOf(bytes).getUint16(6, true);
}

/** The process group, in a `proc_bsdshortinfo`. */
export function parseGroup(bytes: Uint8Array): number {
  return viewOf(bytes).getUint32(8, true);
}

/** The device number of the controlling terminal, in a `proc_bsdinfo`; nothing where there is none. */
export function parseTerminal(bytes: Uint8Array): number | undefined {
  const device = viewOf(bytes).getUint32(108, true);
  return device === 0xffff_ffff ? undefined : device;
}

/** What an entry of a list of `proc_fdinfo` says of one fd: PROX_FDTYPE_VNODE and its like; nothing where it is closed. */
export function parseFdType(bytes: Uint8Array, fd: number): number | undefined {
  const view = viewOf(bytes);
  const entries = Array.from({ length: Math.floor(bytes.length / 8) }, (_, index) => index * 8);
  const at = entries.find((entry) => view.getInt32(entry, true) === fd);
  return at === undefined ? undefined : view.getUint32(at + 4, true);
}

/** The path in a `vnode_fdinfowithpath`. */
export function parseVnodePath(bytes: Uint8Array): string {
  return readText(bytes, 176, 1024);
}

/** Whether the other end is there: of a pipe in its `pipe_fdinfo`. */
export function parsePipePeer(bytes: Uint8Array): "open" | "closed" {
  return viewOf(bytes).getBigUint64(168, true) === 0n ? "closed" : "open";
}

/** The same of a unix stream socket, in its `socket_fdinfo`; of any other nothing is known. */
export function parseSocketPeer(bytes: Uint8Array): "open" | "closed" | "unknown" {
  const view = viewOf(bytes);
  if (view.getUint32(256, true) !== SOCKINFO_UN || view.getUint32(176, true) !== SOCK_STREAM) return "unknown";
  return view.getBigUint64(264, true) === 0n ? "closed" : "open";
}

/**
 * Whether a signal is ignored, in a `kinfo_proc`, whose mask has its lowest bit for signal 1. Of a process that is gone the
 * kernel tells no error, but no record.
 */
export function parseIgnores(bytes: Uint8Array, signal: number): boolean | undefined {
  if (bytes.length < KINFO_PROC_BYTES) return undefined;
  return ((viewOf(bytes).getUint32(232, true) >>> (signal - 1)) & 1) === 1;
}

/** The numbers of the fds that are sockets, in a list of `proc_fdinfo`. */
export function parseSocketFds(bytes: Uint8Array): number[] {
  const view = viewOf(bytes);
  const entries = Array.from({ length: Math.floor(bytes.length / 8) }, (_, index) => index * 8);
  return entries
    .filter((at) => view.getUint32(at + 4, true) === PROX_FDTYPE_SOCKET)
    .map((at) => view.getInt32(at, true));
}

/** The id of the socket in a `socket_fdinfo`, as in the socket table; nothing where it is neither TCP nor UDP. */
export function parseSocketId(bytes: Uint8Array): string | undefined {
  const view = viewOf(bytes);
  const generation = view.getBigUint64(272, true);
  const kind = view.getUint32(256, true);
  if (kind === SOCKINFO_TCP) return socketId("tcp", generation);
  return kind === SOCKINFO_IN && view.getUint32(180, true) === IPPROTO_UDP ? socketId("udp", generation) : undefined;
}

/** Each protocol counts its sockets by itself. */
export function socketId(protocol: Protocol, generation: bigint): string {
  return `${protocol}:${generation}`;
}

function readText(bytes: Uint8Array, at: number, size: number): string {
  const field = bytes.subarray(at, at + size);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
