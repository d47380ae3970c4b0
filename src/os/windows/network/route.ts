import { type Address, isAny, sameAddress } from "../../../core/address.ts";
import type { NeighbourState, Route } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { lazyDll } from "../dll.ts";
import { decodeSockaddr, encodeSockaddr, SOCKADDR_ROOM } from "../sockaddr.ts";
import { readInterfaceRow } from "./interface-row.ts";

const iphlpapi = lazyDll("iphlpapi.dll", {
  GetBestRoute2: { args: ["ptr", "u32", "ptr", "buffer", "u32", "buffer", "buffer"], returns: "u32" },
});
const neighbours = lazyDll("iphlpapi.dll", { GetIpNetEntry2: { args: ["buffer"], returns: "u32" } });

/** netioapi.h: struct MIB_IPFORWARD_ROW2. */
const ROUTE_BYTES = 104;
const ROUTE = { index: 8, prefix: 12, prefixLength: 40, nextHop: 44, metric: 84, loopback: 92 } as const;
/** struct MIB_IPNET_ROW2. */
const NEIGHBOUR_BYTES = 88;
const NEIGHBOUR = { index: 28, state: 76 } as const;
/** enum NL_NEIGHBOR_STATE, in its order: unreachable, incomplete, probe, delay, stale, reachable, permanent. */
const STATES = ["failed", "incomplete", "stale", "stale", "stale", "reachable", "reachable"] as const;

const ERROR_NOT_FOUND = 1168;
const ERROR_NETWORK_UNREACHABLE = 1231;
const ERROR_HOST_UNREACHABLE = 1232;
const NO_ROUTE: readonly number[] = [ERROR_NOT_FOUND, ERROR_NETWORK_UNREACHABLE, ERROR_HOST_UNREACHABLE];

/** The way that Windows would choose; nobody is asked for it. */
export function findRoute(to: Address): Seen<Route> {
  const [row, source] = [new Uint8Array(ROUTE_BYTES), new Uint8Array(SOCKADDR_ROOM)];
  const error = iphlpapi().GetBestRoute2(null, to.scopeId, null, roomy(to), 0, row, source);
  if (NO_ROUTE.includes(error)) return seen({ kind: "none", text: `no route to ${to.text}` });
  if (error !== 0) return unseen(`Windows does not tell the route (error ${error})`, "`route print` shows the table");
  return seen(parseRouteRow(row, source, to));
}

export function parseRouteRow(row: Uint8Array, sourceBytes: Uint8Array, to: Address): Route {
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
  const index = view.getUint32(ROUTE.index, true);
  const device = readInterfaceRow(index);
  const nextHop = decodeSockaddr(row.subarray(ROUTE.nextHop))?.address;
  const gateway = nextHop && !isAny(nextHop) ? nextHop : undefined;
  const source = decodeSockaddr(sourceBytes)?.address;
  const network = `${decodeSockaddr(row.subarray(ROUTE.prefix))?.address.text ?? "?"}/${row[ROUTE.prefixLength]}`;
  const name = device?.alias ?? `interface ${index}`;
  const isLocal = row[ROUTE.loopback] === 1 || (source !== undefined && sameAddress(source, to));
  return {
    kind: isLocal ? "local" : "unicast",
    interface: name,
    ...(gateway && { gateway }),
    ...(source && { source }),
    ...(device && device.mtu > 0 && device.mtu < 0xffff_ffff && { mtu: device.mtu }),
    text: `${network}${gateway ? ` via ${gateway.text}` : " on-link"} on ${name} metric ${view.getUint32(ROUTE.metric, true)}`,
  };
}

/** What the table of neighbours says on the interface that the route takes. */
export function findNeighbour(address: Address): Seen<NeighbourState> {
  const route = new Uint8Array(ROUTE_BYTES);
  const away = iphlpapi().GetBestRoute2(
    null,
    address.scopeId,
    null,
    roomy(address),
    0,
    route,
    new Uint8Array(SOCKADDR_ROOM),
  );
  if (NO_ROUTE.includes(away)) return seen("none");
  if (away !== 0) return unseen(`Windows does not tell the route (error ${away})`);
  const row = new Uint8Array(NEIGHBOUR_BYTES);
  const view = new DataView(row.buffer);
  row.set(roomy(address));
  view.setUint32(NEIGHBOUR.index, new DataView(route.buffer).getUint32(ROUTE.index, true), true);
  const error = neighbours().GetIpNetEntry2(row);
  if (error === ERROR_NOT_FOUND) return seen("none");
  if (error !== 0) return unseen(`Windows does not tell its neighbour (error ${error})`, "`arp -a` shows the table");
  return seen(STATES[view.getUint32(NEIGHBOUR.state, true)] ?? "none");
}

/** A SOCKADDR_INET has room for either family. */
function roomy(address: Address): Uint8Array {
  const bytes = new Uint8Array(SOCKADDR_ROOM);
  bytes.set(encodeSockaddr(address, 0));
  return bytes;
}
