import { type Address, addressFromBytes } from "../../core/address.ts";
import type { Protocol } from "../../core/endpoint.ts";
import type { SocketRow, SocketState } from "../../core/socket.ts";
import { socketId } from "./process-blocks.ts";

// bsd/sys/socketvar.h, netinet/in_pcb.h, netinet/tcp_fsm.h of xnu
const XSO_SOCKET = 0x1;
const XSO_INPCB = 0x10;
const XSO_TCPCB = 0x20;
/** The size of the header, which stands once more behind the last record. */
const HEADER = 24;
const INP_IPV4 = 0x1;
const INP_IPV6 = 0x2;
const TCPS_CLOSED = 0;
const TCPS_LISTEN = 1;
const TCPS_ESTABLISHED = 4;
const TCPS_TIME_WAIT = 10;

/** Where the records of one socket begin. */
type Records = ReadonlyMap<number, number>;

/** Reads what the variables `net.inet.{tcp,udp}.pcblist_n` hold; sockets without a port are left out. */
export function parseSocketList(bytes: Uint8Array, protocol: Protocol): SocketRow[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return groupRecords(view).flatMap((records) => parseRow(view, records, protocol) ?? []);
}

/** Each record says its own length and kind, and begins at a multiple of 8; the first one of a socket is its inpcb. */
function groupRecords(view: DataView): Records[] {
  const groups: Map<number, number>[] = [];
  for (let at = HEADER; at + 8 <= view.byteLength;) {
    const length = view.getUint32(at, true);
    if (length <= HEADER || at + length > view.byteLength) break;
    const kind = view.getUint32(at + 4, true);
    if (kind === XSO_INPCB) groups.push(new Map());
    groups.at(-1)?.set(kind, at);
    at += (length + 7) & ~7;
  }
  return groups;
}

function parseRow(view: DataView, records: Records, protocol: Protocol): SocketRow | undefined {
  const pcb = records.get(XSO_INPCB)!;
  const socket = records.get(XSO_SOCKET);
  const port = view.getUint16(pcb + 18);
  if (socket === undefined || port === 0) return undefined;
  const state = stateOf(view, records, protocol, view.getUint16(pcb + 16) !== 0);
  const generation = view.getBigUint64(pcb + 28, true);
  const peer = state === "established" ? { peerPort: view.getUint16(pcb + 16) } : {};
  const row = { at: { protocol, port, ...placeOf(view, pcb) }, state, id: socketId(protocol, generation), ...peer };
  const queue = { waiting: view.getInt16(socket + 44, true), limit: view.getInt16(socket + 48, true) };
  // A flow of the network stack in user space has no socket in the kernel, no number and no user: only a process.
  if (generation === 0n) return { ...row, pid: view.getInt32(socket + 68, true) };
  return { ...row, uid: view.getUint32(socket + 64, true), ...(state === "listen" && { queue }) };
}

function placeOf(view: DataView, pcb: number): { address: Address; dual: boolean } {
  const families = view.getUint8(pcb + 44) & (INP_IPV4 | INP_IPV6);
  const bytes = new Uint8Array(view.buffer, view.byteOffset + pcb + 64, 16).slice();
  if ((families & INP_IPV6) === 0) return { address: addressFromBytes(bytes.subarray(12)), dual: false };
  return { address: scopedAddress(bytes), dual: families === (INP_IPV4 | INP_IPV6) };
}

/** The kernel keeps the interface of a link-local address in its second word. */
function scopedAddress(bytes: Uint8Array): Address {
  if (bytes[0] !== 0xfe || (bytes[1]! & 0xc0) !== 0x80) return addressFromBytes(bytes);
  const scopeId = (bytes[2]! << 8) | bytes[3]!;
  bytes.fill(0, 2, 4);
  return addressFromBytes(bytes, scopeId);
}

function stateOf(view: DataView, records: Records, protocol: Protocol, connected: boolean): SocketState {
  if (protocol === "udp") return connected ? "other" : "open";
  const tcp = records.get(XSO_TCPCB);
  const state = tcp === undefined ? TCPS_CLOSED : view.getInt32(tcp + 36, true);
  if (state === TCPS_LISTEN) return "listen";
  if (state === TCPS_ESTABLISHED) return "established";
  if (state === TCPS_TIME_WAIT) return "time-wait";
  return state === TCPS_CLOSED && !connected ? "bound" : "other";
}
