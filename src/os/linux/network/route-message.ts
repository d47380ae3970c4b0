import { type Address, addressBytes } from "../../../core/address.ts";
import { AF_INET, AF_INET6 } from "../../unix/constants.ts";
import { copyBytes, findAttribute, type NetlinkMessage } from "../netlink.ts";
import { readAddress, readNumber, scopedAddress } from "./rtnetlink.ts";

// linux/rtnetlink.h
/** struct rtmsg: family, prefix length, source prefix length, tos, table, protocol, scope, type (1 each), flags (4). */
const RTMSG = 12;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_PREFSRC = 7;
const RTA_METRICS = 8;
const RTA_MULTIPATH = 9;
const RTA_TABLE = 15;
const RTA_VIA = 18;
const RTA_PREF = 20;
const RTA_NH_ID = 30;
/** struct rtnexthop: length (2), flags (1), weight less one (1), interface index (4). */
const RTNEXTHOP = 8;
/** More paths than these are not told. */
const MANY_HOPS = 64;
/** RTAX_ numbers of the metrics that are plain numbers, as `ip` calls them. */
const METRICS = {
  2: "mtu",
  3: "window",
  7: "cwnd",
  8: "advmss",
  9: "reordering",
  10: "hoplimit",
  11: "initcwnd",
  14: "initrwnd",
  15: "quickack",
} as const;
const RTAX_LOCK = 1;

/** Asks for the table's entry instead of what came of it. */
export const RTM_F_FIB_MATCH = 0x2000;

/** One struct rtmsg with its attributes, numbers as the kernel has them. */
export interface RouteMessage {
  /** RTN_UNICAST is 1, RTN_LOCAL 2, … */
  readonly type: number;
  readonly family: 4 | 6;
  readonly destination?: Address;
  readonly prefix: number;
  readonly table: number;
  readonly protocol: number;
  readonly scope: number;
  readonly flags: number;
  readonly hop: Hop;
  readonly hops: readonly Hop[];
  readonly source?: Address;
  readonly priority?: number;
  readonly nexthopId?: number;
  /** RTA_PREF, IPv6 only: 0 medium, 1 high, 3 low. */
  readonly preference?: number;
  /** By `ip`'s names. `locked`: path MTU discovery does not change it. */
  readonly metrics: readonly { readonly name: string; readonly value: number; readonly locked: boolean }[];
}

/** Where packets go next; 0 is no interface. */
export interface Hop {
  readonly interface: number;
  readonly gateway?: Address;
  /** The gateway is of the other family: `via inet6`. */
  readonly crosses: boolean;
  readonly weight?: number;
}

/** Asks for the route to this very address. */
export function encodeRouteRequest(to: Address, flags: number): Uint8Array {
  const bytes = addressBytes(to);
  const request = Buffer.alloc(RTMSG + 4 + bytes.length + 8);
  request[0] = to.family === 4 ? AF_INET : AF_INET6;
  request[1] = bytes.length * 8;
  request.writeUInt32LE(flags, 8);
  request.writeUInt16LE(4 + bytes.length, RTMSG);
  request.writeUInt16LE(RTA_DST, RTMSG + 2);
  request.set(bytes, RTMSG + 4);
  // 0 asks for any interface.
  request.writeUInt16LE(8, RTMSG + 4 + bytes.length);
  request.writeUInt16LE(RTA_OIF, RTMSG + 6 + bytes.length);
  request.writeUInt32LE(to.scopeId, RTMSG + 8 + bytes.length);
  return request;
}

/** Asks for every route of a family. */
export function encodeRouteDump(family: 4 | 6): Uint8Array {
  const request = new Uint8Array(RTMSG);
  request[0] = family === 4 ? AF_INET : AF_INET6;
  return request;
}

export function parseRoute(message: NetlinkMessage): RouteMessage {
  const { view, at } = message;
  const from = at + RTMSG;
  const destination = readAddress(message, from, RTA_DST, 0);
  const hop = readHop(message, from, readNumber(message, from, RTA_OIF) ?? 0);
  const source = readAddress(message, from, RTA_PREFSRC, hop.interface);
  const priority = readNumber(message, from, RTA_PRIORITY);
  const nexthopId = readNumber(message, from, RTA_NH_ID);
  const preference = findAttribute(message, from, RTA_PREF);
  return {
    type: view.getUint8(at + 7),
    family: view.getUint8(at) === AF_INET ? 4 : 6,
    ...(destination && { destination }),
    prefix: view.getUint8(at + 1),
    table: readNumber(message, from, RTA_TABLE) ?? view.getUint8(at + 4),
    protocol: view.getUint8(at + 5),
    scope: view.getUint8(at + 6),
    flags: view.getUint32(at + 8, true),
    hop,
    hops: readHops(message, from),
    ...(source && { source }),
    ...(priority !== undefined && { priority }),
    ...(nexthopId !== undefined && { nexthopId }),
    ...(preference && { preference: view.getUint8(preference.at) }),
    metrics: readMetrics(message, from),
  };
}

function readHop(message: NetlinkMessage, from: number, index: number): Hop {
  const gateway = readAddress(message, from, RTA_GATEWAY, index);
  if (gateway) return { interface: index, gateway, crosses: false };
  const via = findAttribute(message, from, RTA_VIA);
  if (!via || (via.length !== 6 && via.length !== 18)) return { interface: index, crosses: false };
  return {
    interface: index,
    gateway: scopedAddress(copyBytes(message, via.at + 2, via.length - 2), index),
    crosses: true,
  };
}

function readHops(message: NetlinkMessage, from: number): Hop[] {
  const paths = findAttribute(message, from, RTA_MULTIPATH);
  const hops: Hop[] = [];
  if (!paths) return hops;
  const { view } = message;
  const end = paths.at + paths.length;
  for (let at = paths.at; at + RTNEXTHOP <= end && hops.length < MANY_HOPS;) {
    const length = view.getUint16(at, true);
    if (length < RTNEXTHOP || at + length > end) break;
    const inner = { ...message, end: at + length };
    const hop = readHop(inner, at + RTNEXTHOP, view.getInt32(at + 4, true));
    hops.push({ ...hop, weight: view.getUint8(at + 3) + 1 });
    at += (length + 3) & ~3;
  }
  return hops;
}

function readMetrics(message: NetlinkMessage, from: number): RouteMessage["metrics"] {
  const found = findAttribute(message, from, RTA_METRICS);
  if (!found) return [];
  const inner = { ...message, end: found.at + found.length };
  const locked = readNumber(inner, found.at, RTAX_LOCK) ?? 0;
  return Object.entries(METRICS).flatMap(([number, name]) => {
    const value = readNumber(inner, found.at, Number(number));
    return value === undefined ? [] : [{ name, value, locked: (locked & (1 << Number(number))) !== 0 }];
  });
}

/** Whether the route's destination covers this address. */
export function covers({ family, destination, prefix }: RouteMessage, address: Address): boolean {
  if (family !== address.family) return false;
  const wanted = addressBytes(address);
  const network = destination ? addressBytes(destination) : new Uint8Array(wanted.length);
  return wanted.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefix - index * 8));
    return ((byte ^ network[index]!) & (0xff00 >> bits) & 0xff) === 0;
  });
}
