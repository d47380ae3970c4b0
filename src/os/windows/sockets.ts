import type { Endpoint } from "../../core/endpoint.ts";
import { fail } from "../../core/error.ts";
import type { SocketQuery } from "../../core/os.ts";
import type { SocketRow } from "../../core/socket.ts";
import { lazyDll } from "./dll.ts";
import { ERROR_INSUFFICIENT_BUFFER } from "./error-codes.ts";
import { AF_INET, AF_INET6 } from "./sockaddr.ts";
import { parseBindTimes, parseSocketTable, TABLES, TIMED_TABLES } from "./socket-tables.ts";

const iphlpapi = lazyDll("iphlpapi.dll", {
  GetExtendedTcpTable: { args: ["buffer", "buffer", "i32", "u32", "i32", "u32"], returns: "u32" },
  GetExtendedUdpTable: { args: ["buffer", "buffer", "i32", "u32", "i32", "u32"], returns: "u32" },
});

const TCP_TABLE_OWNER_PID_ALL = 5;
const TCP_TABLE_OWNER_MODULE_ALL = 8;
const UDP_TABLE_OWNER_PID = 1;
/** 650 IPv4 connections; a table that doesn't fit says how much it needs. */
const FIRST_ROOM = 16_384;
/** Sockets that appear between two calls: the table may have grown past the room it asked for. */
const HEADROOM = 4_096;
const TRIES = 16;

const USUAL: readonly SocketRow["state"][] = ["listen", "bound", "open"];

/** The machine's sockets, each row with its owner. */
export function listSockets({ port, protocol, states = USUAL }: SocketQuery): SocketRow[] {
  const tables = [TABLES.tcp4, TABLES.tcp6, TABLES.udp4, TABLES.udp6];
  return tables
    .filter((table) => protocol === undefined || table.protocol === protocol)
    .flatMap((table) => parseSocketTable(readTable(table), table))
    .filter((row) => (port === undefined || row.at.port === port) && states.includes(row.state));
}

/** Windows' table names the owners itself. */
export function ownersOf(rows: readonly SocketRow[]): Map<string, number[]> {
  return new Map(rows.map(({ id, pid }) => [id, pid === undefined ? [] : [pid]]));
}

/** When each TCP socket was bound, by row id, in milliseconds since the epoch, as far as Windows tells. */
export function readBindTimes(): Map<string, number> {
  const tables = [TIMED_TABLES.tcp4, TIMED_TABLES.tcp6];
  return new Map(tables.flatMap((table) => [...parseBindTimes(readTable(table, TCP_TABLE_OWNER_MODULE_ALL), table)]));
}

type Table = Pick<Endpoint, "protocol"> & { readonly family: 4 | 6 };

function readTable({ protocol, family }: Table, ofTcp = TCP_TABLE_OWNER_PID_ALL): Uint8Array {
  let room = FIRST_ROOM;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const bytes = new Uint8Array(room);
    const size = Uint32Array.of(room);
    const error = callTable(bytes, size, { protocol, family: family === 4 ? AF_INET : AF_INET6, ofTcp });
    if (error === 0) return bytes;
    if (error !== ERROR_INSUFFICIENT_BUFFER) return unreadable(protocol, error);
    room = size[0]! + HEADROOM;
  }
  return unreadable(protocol, ERROR_INSUFFICIENT_BUFFER);
}

/** `ofTcp`: which of the tables of TCP. */
interface WantedTable extends Pick<Endpoint, "protocol"> {
  readonly family: number;
  readonly ofTcp: number;
}

function callTable(bytes: Uint8Array, size: Uint32Array, { protocol, family, ofTcp }: WantedTable): number {
  if (protocol === "tcp") return iphlpapi().GetExtendedTcpTable(bytes, size, 0, family, ofTcp, 0);
  return iphlpapi().GetExtendedUdpTable(bytes, size, 0, family, UDP_TABLE_OWNER_PID, 0);
}

function unreadable(protocol: string, error: number): never {
  return fail(
    "INTERNAL",
    `the ${protocol} socket table can't be read (error ${error})`,
    `look it up with \`net helpmsg ${error}\``,
  );
}
