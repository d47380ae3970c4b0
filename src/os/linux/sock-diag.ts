import { addressFromBytes } from "../../core/address.ts";
import type { Protocol } from "../../core/endpoint.ts";
import type { SocketRow, SocketState } from "../../core/socket.ts";
import { AF_INET, AF_INET6 } from "../unix/constants.ts";
import { isLinkLocal } from "./addresses.ts";
import { nameOfInterface } from "./interface-name.ts";
import { copyBytes, dumpNetlink, findAttribute, type NetlinkMessage } from "./netlink.ts";

// linux/sock_diag.h, linux/inet_diag.h
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const TCPDIAG_GETSOCK = 18;
const INET_DIAG_MSG = 72;
const INET_DIAG_SKV6ONLY = 11;
const INET_DIAG_CGROUP_ID = 21;
const PROTOCOLS: Record<Protocol, number> = { tcp: 6, udp: 17 };
const TCP_ESTABLISHED = 1;
const TCP_TIME_WAIT = 6;
const TCP_CLOSE = 7;
const TCP_LISTEN = 10;
/** BOUND_INACTIVE (kernel 6.8): asks for sockets that are bound and do nothing; their rows say CLOSE. */
const BOUND_INACTIVE = 13;
const STATES: Record<SocketState, number> = {
  listen: 1 << TCP_LISTEN,
  bound: 1 << BOUND_INACTIVE,
  open: 1 << TCP_CLOSE,
  "time-wait": 1 << TCP_TIME_WAIT,
  established: 1 << TCP_ESTABLISHED,
  // The two SYN states, the two FIN_WAITs, CLOSE_WAIT, LAST_ACK and CLOSING.
  other: 0b1011_0011_1100,
};

/**
 * The kernel's socket table through NETLINK_SOCK_DIAG, IPv4 first. Nothing where this kernel (or the sandbox around it)
 * does not answer such questions.
 */
export function dumpSocketTable(dump: SocketDump): SocketRow[] | undefined {
  const both = dump.protocol === "tcp" ? ask(TCPDIAG_GETSOCK, encodeOldRequest(dump), dump) : undefined;
  if (both) return [...both.filter(isIPv4), ...both.filter((row) => !isIPv4(row))];
  const v4 = ask(SOCK_DIAG_BY_FAMILY, encodeRequest(AF_INET, dump), dump);
  const v6 = v4 && ask(SOCK_DIAG_BY_FAMILY, encodeRequest(AF_INET6, dump), dump);
  return v4 && v6 && [...v4, ...v6];
}

function ask(type: number, request: Uint8Array, { port, protocol }: SocketDump): SocketRow[] | undefined {
  return dumpNetlink(NETLINK_SOCK_DIAG, type, request, (message) =>
    [parseSocketMessage(message, protocol)].filter((row) => port === 0 || row.at.port === port),
  );
}

function isIPv4({ at }: SocketRow): boolean {
  return at.address.family === 4;
}

export interface SocketDump {
  /** 0: every port. */
  readonly port: number;
  readonly protocol: Protocol;
  readonly states: readonly SocketState[];
}

/** struct inet_diag_req_v2: family, protocol, extensions, padding, states (4), then the socket that is asked for. */
function encodeRequest(family: number, { protocol, port, states }: SocketDump): Uint8Array {
  const view = new DataView(new ArrayBuffer(56));
  view.setUint8(0, family);
  view.setUint8(1, PROTOCOLS[protocol]);
  view.setUint32(4, maskOf(states), true);
  view.setUint16(8, port);
  return new Uint8Array(view.buffer);
}

/**
 * struct inet_diag_req: four bytes of no use here, the socket that is asked for (48), states (4), a mark (4). The kernel
 * answers it for both families in one walk through its tables, as `ss` has it: each walk takes 5 ms where some ten
 * thousand connections are closing.
 */
function encodeOldRequest({ port, states }: SocketDump): Uint8Array {
  const view = new DataView(new ArrayBuffer(60));
  view.setUint16(4, port);
  view.setUint32(52, maskOf(states), true);
  return new Uint8Array(view.buffer);
}

function maskOf(states: readonly SocketState[]): number {
  return states.reduce((all, state) => all | STATES[state], 0);
}

/** Reads one struct inet_diag_msg. */
export function parseSocketMessage(message: NetlinkMessage, protocol: Protocol): SocketRow {
  const { view, at } = message;
  const source = copyBytes(message, at + 8, view.getUint8(at) === AF_INET ? 4 : 16);
  const bound = view.getUint32(at + 40, true);
  const address = addressFromBytes(source, isLinkLocal(source) ? bound : 0);
  // A link-local address is bound to its interface by itself; of the others hardly one is: the name is asked for rarely.
  const device = bound !== 0 && address.scopeId === 0 ? nameOfInterface(bound) : undefined;
  const dual = address.text === "::" && !isV6Only(message);
  const state = stateOf(view.getUint8(at + 1), protocol);
  const group = findAttribute(message, at + INET_DIAG_MSG, INET_DIAG_CGROUP_ID);
  const queue = { waiting: view.getUint32(at + 56, true), limit: view.getUint32(at + 60, true) };
  return {
    at: { protocol, address, port: view.getUint16(at + 4), dual },
    state,
    uid: view.getUint32(at + 64, true),
    id: String(view.getUint32(at + 68, true)),
    ...(device !== undefined && { device }),
    ...(group && { madeIn: nameGroup(view, group.at) }),
    ...(state === "listen" && { queue }),
    ...(state === "established" && { peerPort: view.getUint16(at + 6) }),
  };
}

function isV6Only(message: NetlinkMessage): boolean {
  const found = findAttribute(message, message.at + INET_DIAG_MSG, INET_DIAG_SKV6ONLY);
  return found !== undefined && message.view.getUint8(found.at) === 1;
}

/** A 64-bit number that stays far below 2^53. BigInts would be dear: it is read for every socket of the machine. */
function nameGroup(view: DataView, at: number): string {
  return String(view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true));
}

function stateOf(state: number, protocol: Protocol): SocketState {
  if (protocol === "udp") return "open";
  if (state === TCP_LISTEN) return "listen";
  if (state === TCP_CLOSE || state === BOUND_INACTIVE) return "bound";
  if (state === TCP_ESTABLISHED) return "established";
  return state === TCP_TIME_WAIT ? "time-wait" : "other";
}
