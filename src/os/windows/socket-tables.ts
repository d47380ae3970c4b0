import { type Address, formatHostPort } from "../../core/address.ts";
import { formatEndpoint, type Protocol } from "../../core/endpoint.ts";
import type { SocketRow, SocketState } from "../../core/socket.ts";
import { msOfFiletime } from "./filetime.ts";
import { readAddress } from "./sockaddr.ts";

/**
 * One of the four tables of iphlpapi, each of them `u32 count` and rows of one size. Offsets in bytes, from
 * MIB_TCPROW_OWNER_PID, MIB_TCP6ROW_OWNER_PID, MIB_UDPROW_OWNER_PID and MIB_UDP6ROW_OWNER_PID.
 */
interface Layout {
  readonly protocol: Protocol;
  readonly family: 4 | 6;
  readonly size: number;
  readonly local: number;
  readonly localScope?: number;
  readonly localPort: number;
  readonly remote?: number;
  readonly remotePort?: number;
  readonly state?: number;
  readonly pid: number;
  /** Where the first row stands; behind the count where nothing is said. */
  readonly first?: number;
  /** A FILETIME: when the socket was bound. */
  readonly boundAt?: number;
}

export const TABLES = {
  tcp4: { protocol: "tcp", family: 4, size: 24, state: 0, local: 4, localPort: 8, remote: 12, remotePort: 16, pid: 20 },
  tcp6: {
    protocol: "tcp",
    family: 6,
    size: 56,
    local: 0,
    localScope: 16,
    localPort: 20,
    remote: 24,
    remotePort: 44,
    state: 48,
    pid: 52,
  },
  udp4: { protocol: "udp", family: 4, size: 12, local: 0, localPort: 4, pid: 8 },
  udp6: { protocol: "udp", family: 6, size: 28, local: 0, localScope: 16, localPort: 20, pid: 24 },
} as const satisfies Record<string, Layout>;

/** The TCP tables that say since when, from MIB_TCPROW_OWNER_MODULE and MIB_TCP6ROW_OWNER_MODULE. */
export const TIMED_TABLES = {
  tcp4: { ...TABLES.tcp4, size: 160, first: 8, boundAt: 24 },
  tcp6: { ...TABLES.tcp6, size: 192, first: 8, boundAt: 56 },
} as const satisfies Record<string, Layout>;

/** Bound, and nothing more. wine shows such sockets; Windows itself is not known to. */
const MIB_TCP_STATE_CLOSED = 1;
const MIB_TCP_STATE_LISTEN = 2;
const MIB_TCP_STATE_ESTABLISHED = 5;
const MIB_TCP_STATE_TIME_WAIT = 11;

/** Reads the bytes of one table. Windows shows a dual-stack listener once in each family, so no row is `dual`. */
export function parseSocketTable(bytes: Uint8Array, layout: Layout): SocketRow[] {
  return splitRows(bytes, layout).map((row) => parseRow(row, layout));
}

/** When each socket of a table was bound, by row id, in milliseconds since the epoch; those of which that is not told are left out. */
export function parseBindTimes(bytes: Uint8Array, layout: Layout & { readonly boundAt: number }): Map<string, number> {
  return new Map(
    splitRows(bytes, layout).flatMap((row): [string, number][] => {
      const ticks = row.getBigUint64(layout.boundAt, true);
      return ticks === 0n ? [] : [[parseRow(row, layout).id, msOfFiletime(ticks)]];
    }),
  );
}

function splitRows(bytes: Uint8Array, { first = 4, size }: Layout): DataView[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fits = Math.max(0, Math.floor((view.byteLength - first) / size));
  const count = Math.min(view.getUint32(0, true), fits);
  return Array.from(
    { length: count },
    (_, index) => new DataView(view.buffer, view.byteOffset + first + index * size, size),
  );
}

function parseRow(row: DataView, layout: Layout): SocketRow {
  const bare = readAddress(row, layout.local, layout.family);
  const address = { ...bare, scopeId: scopeOf(row, layout, bare) };
  const at = { protocol: layout.protocol, address, port: row.getUint16(layout.localPort), dual: false };
  const pid = row.getUint32(layout.pid, true);
  const id = `${formatEndpoint(at)} ${remoteOf(row, layout)} ${pid}`;
  // Pid 0 stands in rows whose process is gone or never was: TIME_WAIT.
  const state = stateOf(row, layout);
  const peerPort =
    state === "established" && layout.remotePort !== undefined ? row.getUint16(layout.remotePort) : undefined;
  return { at, state, id, ...(peerPort !== undefined && { peerPort }), ...(pid !== 0 && { pid }) };
}

/** The interface of a link-local address. Other addresses have none, and what stands there is no number of one. */
function scopeOf(row: DataView, { localScope }: Layout, { text }: Address): number {
  return localScope !== undefined && text.startsWith("fe80:") ? row.getUint32(localScope, true) : 0;
}

function stateOf(row: DataView, layout: Layout): SocketState {
  if (layout.state === undefined) return "open";
  const state = row.getUint32(layout.state, true);
  if (state === MIB_TCP_STATE_LISTEN) return "listen";
  if (state === MIB_TCP_STATE_CLOSED) return "bound";
  if (state === MIB_TCP_STATE_ESTABLISHED) return "established";
  return state === MIB_TCP_STATE_TIME_WAIT ? "time-wait" : "other";
}

/** The other end, which tells the connections of one listener apart; `-` for UDP. */
function remoteOf(row: DataView, layout: Layout): string {
  if (layout.remote === undefined || layout.remotePort === undefined) return "-";
  return formatHostPort(readAddress(row, layout.remote, layout.family), row.getUint16(layout.remotePort));
}
