import type { UnixSocket } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { AF_UNIX, SOCK_STREAM } from "../../unix/constants.ts";
import { readTextPath } from "../../unix/paths.ts";
import { copyBytes, dumpNetlink, findAttribute, type NetlinkMessage } from "../netlink.ts";
import { findOwners } from "../owners.ts";

// linux/sock_diag.h, linux/unix_diag.h
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
/** struct unix_diag_req: family, protocol, padding (2), states (4), inode (4), what to show (4), cookie (8). */
const REQUEST = 24;
/** struct unix_diag_msg: family, type, state, padding, inode (4), cookie (8). */
const UNIX_DIAG_MSG = 16;
const UNIX_DIAG_NAME = 0;
const UDIAG_SHOW_NAME = 1;
const TCP_LISTEN = 10;

interface Row {
  readonly id: string;
  readonly path: string;
}

/** Asked of the kernel, or read from /proc/net/unix where it does not answer. Owners that may not be seen are left out. */
export function listUnixSockets(): Seen<readonly UnixSocket[]> {
  const rows =
    dumpNetlink(NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, encodeRequest(), parseUnixMessage) ?? readProcNetUnix();
  if (!rows) return unseen("the kernel does not show its unix sockets here");
  const owners = findOwners(rows);
  return seen(rows.map(({ id, path }) => ({ path, pids: owners.get(id) ?? [] })));
}

function encodeRequest(): Uint8Array {
  const request = Buffer.alloc(REQUEST);
  request[0] = AF_UNIX;
  request.writeUInt32LE(1 << TCP_LISTEN, 4);
  request.writeUInt32LE(UDIAG_SHOW_NAME, 12);
  return request;
}

/** A socket without a name can't be connected to, and is left out. */
export function parseUnixMessage(message: NetlinkMessage): Row[] {
  const { view, at } = message;
  const name = findAttribute(message, at + UNIX_DIAG_MSG, UNIX_DIAG_NAME);
  if (view.getUint8(at + 1) !== SOCK_STREAM || !name || name.length === 0) return [];
  const bytes = copyBytes(message, name.at, name.length);
  const isAbstract = bytes[0] === 0;
  const text = new TextDecoder().decode(isAbstract ? bytes.subarray(1) : untilNul(bytes));
  return [{ id: String(view.getUint32(at + 4, true)), path: isAbstract ? `@${text}` : text }];
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function readProcNetUnix(): Row[] | undefined {
  const text = readTextPath("/proc/net/unix");
  return text === undefined ? undefined : parseProcNetUnix(text);
}

/** Lines of `address: references protocol flags type state inode path`; 00010000 among the flags is a listening one. */
export function parseProcNetUnix(text: string): Row[] {
  const line = /^[0-9a-f]+: [0-9A-F]+ [0-9A-F]+ 00010000 0001 [0-9A-F]+ +(\d+) (.+)$/gm;
  return [...text.matchAll(line)].map(([, id = "", path = ""]) => ({ id, path }));
}
