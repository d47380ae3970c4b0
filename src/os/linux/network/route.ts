import { constants } from "node:os";
import { type Address, LOOPBACK6, parseAddress } from "../../../core/address.ts";
import type { Route } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { EACCES, EAFNOSUPPORT, EINVAL } from "../../unix/constants.ts";
import { nameOfInterface } from "../interface-name.ts";
import { askNetlink, dumpNetlink } from "../netlink.ts";
import {
  covers,
  encodeRouteDump,
  encodeRouteRequest,
  parseRoute,
  RTM_F_FIB_MATCH,
  type RouteMessage,
} from "./route-message.ts";
import { type RouteType, showRoute, typeOfRoute } from "./route-text.ts";
import { NETLINK_ROUTE, RTM_GETROUTE } from "./rtnetlink.ts";

const { EHOSTUNREACH, ENETUNREACH, EOPNOTSUPP } = constants.errno;

/**
 * The kernel's own decision: its answer for this address tells source, gateway and path MTU, and the table's entry that
 * it took is the text. A route that refuses comes as an error number only, and its entry is looked up.
 */
export function findRoute(address: Address): Seen<Route> {
  const to = destinationOf(address);
  const asked = askRoute(to, 0);
  if (!("error" in asked)) return seen(describeRoute(asked, to));
  switch (asked.error) {
    case EHOSTUNREACH:
      return seen(refusal("unreachable", to));
    case EACCES:
      return seen(refusal("prohibit", to));
    case EINVAL:
      return seen(refusal("blackhole", to));
    case ENETUNREACH:
      return seen(throwOrNone(to));
    case EAFNOSUPPORT:
    case EOPNOTSUPP:
      return seen({ kind: "none", text: `this machine has no IPv${to.family}` });
    default:
      return unseen(`the kernel does not tell its routes here (error ${asked.error})`);
  }
}

/** Where connect() goes: to the IPv4 address within a mapped one, and for `::` to the loopback. */
function destinationOf(address: Address): Address {
  if (address.text === "::") return LOOPBACK6;
  const mapped = /^::ffff:([0-9.]+)$/.exec(address.text)?.[1];
  return (mapped !== undefined && parseAddress(mapped)) || address;
}

function askRoute(to: Address, flags: number): RouteMessage | { readonly error: number } {
  const answer = askNetlink(NETLINK_ROUTE, RTM_GETROUTE, encodeRouteRequest(to, flags));
  return "message" in answer ? parseRoute(answer.message) : answer;
}

function describeRoute(taken: RouteMessage, to: Address): Route {
  const entry = askRoute(to, RTM_F_FIB_MATCH);
  const name = taken.hop.interface === 0 ? undefined : nameOfInterface(taken.hop.interface);
  const mtu = taken.metrics.find((metric) => metric.name === "mtu")?.value;
  return {
    kind: kindOf(typeOfRoute(taken)),
    ...(name !== undefined && { interface: name }),
    ...(taken.hop.gateway && { gateway: taken.hop.gateway }),
    ...(taken.source && { source: taken.source }),
    ...(mtu !== undefined && { mtu }),
    text: showRoute("error" in entry ? taken : entry),
  };
}

function kindOf(type: RouteType): Route["kind"] {
  // An anycast address is one of our own; network address translation by routes left the kernel long ago.
  if (type === "anycast") return "local";
  return type === "nat" ? "unicast" : type;
}

/** The entry that refuses; a policy rule may do it too, and then there is none. */
function refusal(kind: "unreachable" | "prohibit" | "blackhole", to: Address): Route {
  const entry = findEntry(kind, to);
  return { kind, text: entry ? showRoute(entry) : `${kind} ${to.text}` };
}

/** `throw` ends the search in its table: without an answer in a later one, it looks like no route at all. */
function throwOrNone(to: Address): Route {
  const entry = findEntry("throw", to);
  return entry ? { kind: "throw", text: showRoute(entry) } : { kind: "none", text: `no route to ${to.text}` };
}

/** The narrowest entry of this kind, of any table, that covers the address. */
function findEntry(kind: RouteType, to: Address): RouteMessage | undefined {
  const entries = dumpNetlink(NETLINK_ROUTE, RTM_GETROUTE, encodeRouteDump(to.family), (message) =>
    [parseRoute(message)].filter((route) => typeOfRoute(route) === kind && covers(route, to)),
  );
  return entries?.toSorted((a, b) => b.prefix - a.prefix)[0];
}
