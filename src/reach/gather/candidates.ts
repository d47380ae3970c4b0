import { type Address, isAny, isLoopback, LOOPBACK4, LOOPBACK6, sameAddress } from "../../core/address.ts";
import type { Candidate } from "../../core/diagnosis.ts";
import type { NameAnswer, NetworkInterface } from "../../core/network.ts";
import type { ReachRequest } from "../../core/target.ts";

/** A machine with many bridges has an address on each; the first ones show what there is to see. */
const MOST_OWN_ADDRESSES = 8;

/** The addresses that a client would try for this target, in its order. */
export function findCandidates(
  { target, family }: ReachRequest,
  name: NameAnswer | undefined,
  interfaces: readonly NetworkInterface[],
): readonly Candidate[] {
  const all = candidatesOf(target.host, name, interfaces);
  return all.filter(({ address }) => family === undefined || address.family === family);
}

function candidatesOf(
  host: ReachRequest["target"]["host"],
  name: NameAnswer | undefined,
  interfaces: readonly NetworkInterface[],
): readonly Candidate[] {
  switch (host.kind) {
    case "this-machine":
      return ownCandidates(interfaces);
    case "address":
      return [{ address: withZone(host.address, host.zone, interfaces), as: host.address.text }];
    case "name":
      return name?.kind === "addresses" ? name.addresses.map((address) => ({ address, as: host.name })) : [];
  }
}

/** The loopbacks first, then each address of our own that others could use, named by its interface. */
function ownCandidates(interfaces: readonly NetworkInterface[]): readonly Candidate[] {
  const own = interfaces.flatMap(({ name, addresses }) => addresses.map(({ address }) => ({ address, as: name })));
  const hasLoopback6 = own.some(({ address }) => sameAddress(address, LOOPBACK6));
  const outside = own.filter(({ address }) => !isLoopback(address) && address.scopeId === 0);
  return [
    { address: LOOPBACK4, as: "127.0.0.1" },
    ...(hasLoopback6 ? [{ address: LOOPBACK6, as: "::1" }] : []),
    ...outside.slice(0, MOST_OWN_ADDRESSES),
  ];
}

/** `fe80::1%eth0`: the zone as the interface's number; an unknown one stays without. */
function withZone(address: Address, zone: string | undefined, interfaces: readonly NetworkInterface[]): Address {
  if (zone === undefined) return address;
  const found = interfaces.find(({ name, index }) => name === zone || String(index) === zone);
  return found ? { ...address, scopeId: found.index } : address;
}

/** Whether packets to this address stay on this machine. */
export function isOwnAddress(address: Address, interfaces: readonly NetworkInterface[]): boolean {
  if (isLoopback(address) || isAny(address)) return true;
  const same = (own: Address) => own.family === address.family && own.text === address.text;
  return interfaces.some(({ addresses }) => addresses.some((own) => same(own.address)));
}
