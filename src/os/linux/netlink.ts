import { closeFd, readFd, writeFd } from "../unix/files.ts";
import { openSocket } from "../unix/sockets.ts";

// linux/netlink.h
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NLM_F_REQUEST = 0x1;
const NLM_F_REQUEST_DUMP = 0x301;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const HEADER = 16;

/** One message of an answer: its payload is `view` from `at` to `end`. */
export interface NetlinkMessage {
  readonly type: number;
  readonly view: DataView;
  readonly at: number;
  readonly end: number;
}

/** Asks the kernel for a whole table; nothing where it (or the sandbox around us) does not answer such questions. */
export function dumpNetlink<Row>(
  protocol: number,
  type: number,
  payload: Uint8Array,
  parse: (message: NetlinkMessage) => readonly Row[],
): Row[] | undefined {
  const fd = openSocket(AF_NETLINK, SOCK_RAW, protocol);
  if (fd < 0) return undefined;
  try {
    return writeFd(fd, encodeRequest(type, NLM_F_REQUEST_DUMP, payload)) < 0 ? undefined : readAnswer(fd, parse);
  } finally {
    closeFd(fd);
  }
}

/** Asks the kernel for one thing: its answer, or the (positive) error number that it gave instead. */
export function askNetlink(
  protocol: number,
  type: number,
  payload: Uint8Array,
): { readonly message: NetlinkMessage } | { readonly error: number } {
  const fd = openSocket(AF_NETLINK, SOCK_RAW, protocol);
  if (fd < 0) return { error: -fd };
  try {
    const chunk = new Uint8Array(32 * 1024);
    const sent = writeFd(fd, encodeRequest(type, NLM_F_REQUEST, payload));
    const length = sent < 0 ? sent : readFd(fd, chunk);
    if (length < 0) return { error: -length };
    const { messages, error } = splitDatagram(chunk.subarray(0, length));
    return messages[0] ? { message: messages[0] } : { error: error ?? 0 };
  } finally {
    closeFd(fd);
  }
}

function encodeRequest(type: number, flags: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  bytes.set(payload, HEADER);
  return bytes;
}

function readAnswer<Row>(fd: number, parse: (message: NetlinkMessage) => readonly Row[]): Row[] | undefined {
  const rows: Row[] = [];
  const chunk = new Uint8Array(32 * 1024);
  for (;;) {
    const length = readFd(fd, chunk);
    if (length <= 0) return undefined;
    const { messages, end } = splitDatagram(chunk.subarray(0, length));
    for (const message of messages) rows.push(...parse(message));
    if (end === "refused") return undefined;
    if (end === "done") return rows;
  }
}

/**
 * The messages of one datagram. `more`: another datagram follows; `refused`: the kernel answered with an error, whose
 * (positive) number is `error`.
 */
export function splitDatagram(bytes: Uint8Array): {
  messages: NetlinkMessage[];
  end: "more" | "done" | "refused";
  error?: number;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at + HEADER <= bytes.length;) {
    const length = view.getUint32(at, true);
    const type = view.getUint16(at + 4, true);
    if (length < HEADER) return { messages, end: "refused" };
    if (type === NLMSG_ERROR) return { messages, end: "refused", error: -view.getInt32(at + HEADER, true) };
    if (type === NLMSG_DONE) return { messages, end: "done" };
    messages.push({ type, view, at: at + HEADER, end: at + length });
    at += align(length);
  }
  return { messages, end: "more" };
}

/** The offset of an attribute's value behind the fixed part of a message, and its length; nothing where it is not there. */
export function findAttribute(
  { view, end }: NetlinkMessage,
  from: number,
  wanted: number,
): { at: number; length: number } | undefined {
  for (let at = from; at + 4 <= end;) {
    const length = view.getUint16(at, true);
    if (length < 4) return undefined;
    if (view.getUint16(at + 2, true) === wanted) return { at: at + 4, length: length - 4 };
    at += align(length);
  }
  return undefined;
}

/** The bytes of a message, as a copy. */
export function copyBytes({ view }: NetlinkMessage, at: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset + at, length).slice();
}

function align(length: number): number {
  return (length + 3) & ~3;
}
