import { numberOf } from "../addresses.ts";
import type { Host, Packet } from "../packet.ts";
import { ANY, type Tri, type Value, isVague } from "../value.ts";

/** Which addresses are this machine's, and which interface leads to the others, as far as it was told. */
export interface Locality {
  readonly host: Host;
  /** By address; nothing where the interfaces were not told. */
  readonly own: ReadonlySet<bigint> | undefined;
  /** Without being told: what a packet that comes in is sent to, and what it comes from. */
  readonly surelyOwn: ReadonlySet<bigint>;
  readonly surelyOther: ReadonlySet<bigint>;
  readonly routes: readonly RouteTo[];
}

interface RouteTo {
  readonly family: 4 | 6;
  readonly bits: bigint;
  readonly prefix: number;
  readonly interface: string;
}

export function localityOf({ host, destination, source, way }: Packet): Locality {
  const addresses = host.interfaces?.flatMap((each) => each.addresses.map(({ address }) => address));
  const to = numberOf(destination);
  const from = numberOf(source);
  const isHere = way.kind !== "out";
  return {
    host,
    own: addresses && new Set(addresses.map(numberOf)),
    surelyOwn: new Set([...(isHere ? [to] : []), ...(way.kind === "in" ? [] : [from])]),
    surelyOther: new Set([...(isHere ? [] : [to]), ...(way.kind === "in" ? [from] : [])]),
    routes: routesOf(host),
  };
}

function routesOf(host: Host): RouteTo[] {
  const onLink = (host.interfaces ?? []).flatMap((each) =>
    each.addresses.map(({ address, prefix }) => ({ network: { address, prefix }, interface: each.name })),
  );
  return [...onLink, ...(host.routes ?? [])]
    .map(({ network, interface: name }) => ({
      family: network.address.family,
      bits: maskOf(numberOf(network.address), network.prefix, network.address.family),
      prefix: network.prefix,
      interface: name,
    }))
    .toSorted((a, b) => b.prefix - a.prefix);
}

function maskOf(bits: bigint, prefix: number, family: 4 | 6): bigint {
  const shift = BigInt((family === 4 ? 32 : 128) - prefix);
  return (bits >> shift) << shift;
}

const LOOPBACK4 = 127n;
/** The first ten bits of fe80::/10. */
const LINK_LOCAL = 0xfe80n >> 6n;

export function isLoopbackNumber(value: Value, family: 4 | 6): boolean {
  return typeof value === "bigint" && (family === 4 ? value >> 24n === LOOPBACK4 : value === 1n);
}

/** Whether a packet for this address ends on this machine. */
export function isOwn(locality: Locality, value: Value, family: 4 | 6): Tri {
  if (isVague(value) && value.kind === "any" && value.own) return "yes";
  if (typeof value !== "bigint") return "maybe";
  if (isLoopbackNumber(value, family)) return "yes";
  if (locality.own) return locality.own.has(value) ? "yes" : "no";
  if (locality.surelyOwn.has(value)) return "yes";
  return locality.surelyOther.has(value) ? "no" : "maybe";
}

/** The interface that leads there; ANY where that is not known. */
export function interfaceTo(locality: Locality, value: Value, family: 4 | 6): Value {
  if (typeof value !== "bigint") return ANY;
  if (isOwn(locality, value, family) === "yes") return "lo";
  // Every interface has the subnet of link-local addresses.
  if (family === 6 && value >> 118n === LINK_LOCAL) return ANY;
  const route = locality.routes.find((each) => each.family === family && isIn(each, value, family));
  // Other routes may be narrower than the subnets of the interfaces, but hardly ever are.
  return route?.interface ?? ANY;
}

function isIn(route: RouteTo, value: bigint, family: 4 | 6): boolean {
  return maskOf(value, route.prefix, family) === route.bits;
}

/** Of which interface an address of this machine (or the last one of its subnet) is; nothing where that is not certain. */
export function deviceOf({ host }: Locality, value: Value, family: 4 | 6): string | undefined {
  if (isLoopbackNumber(value, family)) return "lo";
  const having = (host.interfaces ?? []).filter(({ addresses }) =>
    addresses.some((each) => {
      const number = numberOf(each.address);
      const isLast = family === 4 && lastOf(number, each.prefix) === value;
      return each.address.family === family && (number === value || isLast);
    }),
  );
  return having.length === 1 ? having[0]!.name : undefined;
}

/** Of IPv4. */
function lastOf(number: bigint, prefix: number): bigint {
  return number | ((1n << BigInt(32 - prefix)) - 1n);
}

/** What kind of address it is: `local`, `broadcast`, `multicast`, `unicast`; ANY where that is not known. */
export function addressType(locality: Locality, value: Value, family: 4 | 6): Value {
  if (isVague(value) && value.kind === "any" && value.own) return "local";
  if (typeof value !== "bigint") return ANY;
  if (family === 6) {
    if (value >> 120n === 0xffn) return "multicast";
  } else {
    if (value === 0xffffffffn || value >> 24n === 0n) return "broadcast";
    if (value >> 28n === 0xen) return "multicast";
  }
  const own = isOwn(locality, value, family);
  if (own === "maybe") return ANY;
  if (own === "yes") return "local";
  return isSubnetBroadcast(locality, value, family) ? "broadcast" : "unicast";
}

function isSubnetBroadcast({ host }: Locality, value: bigint, family: 4 | 6): boolean {
  if (family === 6) return false;
  const networks = (host.interfaces ?? []).flatMap((each) => each.addresses);
  return networks.some(({ address, prefix }) => {
    if (address.family !== 4 || prefix > 30) return false;
    return lastOf(numberOf(address), prefix) === value;
  });
}
