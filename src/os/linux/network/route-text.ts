import type { Address } from "../../../core/address.ts";
import { nameOfInterface } from "../interface-name.ts";
import type { Hop, RouteMessage } from "./route-message.ts";

/** RTN_ numbers. */
const TYPES = [
  "none",
  "unicast",
  "local",
  "broadcast",
  "anycast",
  "multicast",
  "blackhole",
  "unreachable",
  "prohibit",
  "throw",
  "nat",
] as const;
/** The names that `ip` has for RTPROT_ numbers without a file of its own; 3 (boot) is not shown. */
const PROTOCOLS: Readonly<Record<number, string>> = {
  1: "redirect",
  2: "kernel",
  4: "static",
  8: "gated",
  9: "ra",
  10: "mrt",
  11: "zebra",
  12: "bird",
  13: "dnrouted",
  14: "xorp",
  15: "ntk",
  16: "dhcp",
  18: "keepalived",
  42: "babel",
  186: "bgp",
  187: "isis",
  188: "ospf",
  189: "rip",
  192: "eigrp",
};
const RTPROT_BOOT = 3;
const SCOPES: Readonly<Record<number, string>> = { 200: "site", 253: "link", 254: "host", 255: "nowhere" };
const TABLES: Readonly<Record<number, string>> = { 253: "default", 255: "local" };
const RT_TABLE_MAIN = 254;
const PREFERENCES: Readonly<Record<number, string>> = { 0: "medium", 1: "high", 3: "low" };
const FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [1, "dead"],
  [4, "onlink"],
  [2, "pervasive"],
  [16, "linkdown"],
];
/** RTM_F_CLONED: made for one address only; `ip` leaves out where it came from. */
const CLONED = 0x200;

export type RouteType = (typeof TYPES)[number];

export function typeOfRoute({ type }: RouteMessage): RouteType {
  return TYPES[type] ?? "unicast";
}

/** One route as `ip route` shows it, its paths on the same line; what is only counted or times out is left out. */
export function showRoute(route: RouteMessage): string {
  const type = typeOfRoute(route);
  const full = route.family === 4 ? 32 : 128;
  const { metrics, nexthopId, source, priority, preference } = route;
  return [
    type === "unicast" ? [] : [type],
    [route.destination ? showPrefix(route.destination, route.prefix, full) : "default"],
    nexthopId === undefined ? [] : ["nhid", nexthopId],
    showHop(route.hop),
    (route.flags & CLONED) !== 0 ? [] : showOrigin(route),
    source ? ["src", source.text] : [],
    priority === undefined ? [] : ["metric", priority],
    FLAGS.filter(([bit]) => (route.flags & bit) !== 0).map(([, name]) => name),
    metrics.flatMap(({ name, value, locked }) => [name, ...(locked ? ["lock"] : []), value]),
    route.hops.flatMap((hop) => ["nexthop", ...showHop(hop), "weight", hop.weight ?? 1]),
    preference === undefined ? [] : ["pref", PREFERENCES[preference] ?? preference],
  ]
    .flat()
    .join(" ");
}

function showOrigin({ table, protocol, scope }: RouteMessage): (string | number)[] {
  return [
    table === RT_TABLE_MAIN || table === 0 ? [] : ["table", TABLES[table] ?? table],
    protocol === RTPROT_BOOT || protocol === 0 ? [] : ["proto", PROTOCOLS[protocol] ?? protocol],
    scope === 0 ? [] : ["scope", SCOPES[scope] ?? scope],
  ].flat();
}

function showHop({ interface: index, gateway, crosses }: Hop): string[] {
  const name = index === 0 ? undefined : (nameOfInterface(index) ?? `if${index}`);
  return [
    ...(gateway ? ["via", ...(crosses ? [`inet${gateway.family === 6 ? "6" : ""}`] : []), gateway.text] : []),
    ...(name === undefined ? [] : ["dev", name]),
  ];
}

function showPrefix(address: Address, prefix: number, full: number): string {
  return prefix === full ? address.text : `${address.text}/${prefix}`;
}
