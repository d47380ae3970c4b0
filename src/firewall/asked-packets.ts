import { type Address, addressBytes, addressFromBytes, parseAddress, sameAddress } from "../core/address.ts";
import { type Cidr, cidrContains, cidrCovers, cidrOf } from "../core/cidr.ts";
import type { NetworkInterface } from "../core/network.ts";
import type { RuleRequest } from "../core/rule-request.ts";
import { isLanInterface, lanNetworks } from "./lan.ts";
import type { Host, Packet, Way } from "./packet.ts";
import { type Source, sourcesOf } from "./write/plan.ts";

/** A client from nowhere near: the first of the Internet's root name servers, which no rule has a reason to know. */
export const FAR = { 4: "198.41.0.4", 6: "2001:503:ba3e::2:30" } as const;
const MOST_DOORS = 8;
const SELF: Way = { kind: "self" };

/**
 * Packets that stand for a request: from each of its sources, by each interface that such a client would come by, to both
 * ends of its ports. None where this machine has no address that such a client could connect to.
 */
export function packetsFor(request: RuleRequest, interfaces: readonly NetworkInterface[], host: Host): Packet[] {
  const { protocol, ports } = request;
  const place = { lan: lanNetworks(interfaces, request.interface), families: [4, 6] as const };
  const own = interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address));
  return sourcesOf(request, place, true).flatMap((source) =>
    doorsFor(request, source, interfaces).flatMap(({ destination, way }): Packet[] => {
      const client = way.kind === "self" ? destination : clientIn(source, own);
      const isOwn = own.some((each) => sameAddress(each, client));
      const packet = { protocol, source: client, destination, way: isOwn ? SELF : way, host };
      return [...new Set([ports.first, ports.last])].map((port) => ({ ...packet, port }));
    }),
  );
}

interface Door {
  readonly destination: Address;
  readonly way: Way;
}

/** By which addresses of ours a client from there comes in: on its own network, else by each that leads to others. */
function doorsFor(request: RuleRequest, { family = 4, cidr }: Source, interfaces: readonly NetworkInterface[]): Door[] {
  const named = request.interface;
  const open = interfaces.filter(({ name }) => named === undefined || name === named);
  const doors = open.flatMap((each) =>
    each.addresses
      .filter(({ address }) => address.family === family)
      .map((at) => ({ ...at, isLan: named !== undefined || isLanInterface(each), way: wayBy(each) })),
  );
  const near = doors.filter(({ address, prefix }) => cidr && overlap(cidrOf(address, prefix), cidr));
  const others = doors.filter(({ isLan, address }) => isLan && !isLinkLocal(address));
  return (near.length > 0 ? near : others)
    .slice(0, MOST_DOORS)
    .map(({ address, way }) => ({ destination: address, way }));
}

function wayBy({ name, loopback }: NetworkInterface): Way {
  return loopback ? SELF : { kind: "in", interface: name };
}

/** The first address of the network that is a client's, and not ours. */
export function clientIn({ family = 4, cidr }: Source, own: readonly Address[]): Address {
  const far = parseAddress(FAR[family])!;
  if (!cidr || cidrContains(cidr, far)) return far;
  const bytes = addressBytes(cidr.address);
  for (let host = hasHosts(cidr) ? 1 : 0; host < 256; host++) {
    const address = addressFromBytes(bytes.with(bytes.length - 1, (bytes.at(-1)! + host) & 255));
    if (cidrContains(cidr, address) && !own.some((each) => sameAddress(each, address))) return address;
  }
  return cidr.address;
}

/** The first address of a network is the network itself. */
function hasHosts({ address, prefix }: Cidr): boolean {
  return prefix < (address.family === 4 ? 31 : 127);
}

function isLinkLocal(address: Address): boolean {
  return address.family === 6 && /^fe[89ab]/.test(address.text);
}

function overlap(a: Cidr, b: Cidr): boolean {
  return cidrCovers(a, b) || cidrCovers(b, a);
}
