import { addressFromBytes } from "../../core/address.ts";
import type { Protocol } from "../../core/endpoint.ts";
import type { SocketRow, SocketState } from "../../core/socket.ts";
import { readTextPath } from "../unix/paths.ts";

/** States as the kernel numbers them, in hexadecimal. Sockets that are bound and do nothing are not in these files. */
const STATES: Readonly<Record<Protocol, Readonly<Record<string, SocketState>>>> = {
  tcp: { "01": "established", "06": "time-wait", "0A": "listen" },
  // A connected UDP socket is in state 01, as in the kernel's own table: it takes nobody else's datagrams.
  udp: { "07": "open" },
};

interface ProcNetQuery {
  readonly port: number;
  readonly protocol: Protocol;
  readonly states: readonly SocketState[];
}

/** The socket table from /proc/net: slower than asking the kernel, and it shows neither IPV6_V6ONLY nor a listener's queue. */
export function readProcNet({ port, protocol, states }: ProcNetQuery): SocketRow[] {
  return [`/proc/net/${protocol}`, `/proc/net/${protocol}6`]
    .flatMap((path) => parseProcNet(readTextPath(path) ?? "", protocol))
    .filter((row) => (port === 0 || row.at.port === port) && states.includes(row.state));
}

/** Parses one of /proc/net/{tcp,tcp6,udp,udp6}. */
export function parseProcNet(text: string, protocol: Protocol): SocketRow[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap((line) => parseLine(line.trim().split(/\s+/), protocol));
}

function parseLine(fields: readonly string[], protocol: Protocol): SocketRow[] {
  const [, local, , state = "", , , , uid, , inode] = fields;
  const found = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local ?? "");
  if (!found || inode === undefined) return [];
  const address = addressFromBytes(wordsToBytes(found[1]!));
  return [
    {
      at: { protocol, address, port: Number.parseInt(found[2]!, 16), dual: address.text === "::" },
      state: STATES[protocol][state] ?? "other",
      id: inode,
      uid: Number(uid),
    },
  ];
}

/** Addresses are printed as 32-bit words of this machine, which is little-endian on every architecture we build for. */
function wordsToBytes(hex: string): Uint8Array {
  const bytes = Uint8Array.fromHex(hex);
  for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  return bytes;
}
