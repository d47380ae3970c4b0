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
 * The kernel's socket table through NETLINK_SOCK_DIAG: one dump for each protocol and family. Nothing where this kernel
 * (or the sandbox around it) does not answer such questions.
 */
export function dumpSocketTable({ port, protocol, states }: SocketDump): SocketRow[] | undefined {
  const mask = states.reduce((all, state) => all | STATES[state], 0);
  const ask = (family: number) =>
    dumpNetlink(NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, inetRequest(protocol, family, mask, port), (message) =>
      [parseSocketMessage(message, protocol)].filter((row) => port === 0 || row.at.port === port),
    );
  const v4 = ask(AF_INET);
  const v6 = v4 && ask(AF_INET6);
  return v4 && v6 && [...v4, ...v6];
}

export interface SocketDump {
  /** 0: every port. */
  readonly port: number;
  readonly protocol: Protocol;
  readonly states: readonly SocketState[];
}

/** struct inet_diag_req_v2: family, protocol, extensions, padding, states, then the socket that is asked for. */
function inetRequest(protocol: Protocol, family: number, states: number, port: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(56));
  view.setUint8(0, family);
  view.setUint8(1, PROTOCOLS[protocol]);
  view.setUint32(4, states, true);
  view.setUint16(8, port);
  return new Uint8Array(view.buffer);
}

/** Reads one struct inet_diag_msg. */
export function parseSocketMessage(message: NetlinkMessage, protocol: Protocol): SocketRow {
  const { view, at } = message;
  const source = copyBytes(message, at + 8, view.getUint8(at) === AF_INET ? 4 : 16);
  const bound = view.getUint32(at + 40, true);
  const address = addressFromBytes(source, isLinkLocal(source) ? bound : 0);
  // A link-local address is bound to its interface by itself; of the others hardly one is: the name is asked for rarely.
  const device = bound !== 0 && address.scopeId === 0 ? nameOfInterface(bound) : undefined;
  const v6Only = findAttribute(message, at + INET_DIAG_MSG, INET_DIAG_SKV6ONLY);
  const dual = address.text === "::" && !(v6Only && view.getUint8(v6Only.at) === 1);
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
