import type { Address } from "../../core/address.ts";
import type { Evidence } from "../../core/finding.ts";
import type { NeighbourState, NetworkInterface, Route } from "../../core/network.ts";
import { valueOf } from "../../core/seen.ts";
import { addressKey, type Facts } from "../facts.ts";

/** The way to this address; nothing where it was not seen. */
export function routeTo({ more }: Facts, address: Address): Route | undefined {
  return valueOf(more.routes?.get(addressKey(address)));
}

/** What the neighbour table says of this address; nothing where it was not seen. */
export function neighbourAt({ more }: Facts, address: Address): NeighbourState | undefined {
  return valueOf(more.neighbourStates?.get(addressKey(address)));
}

/** Whether packets leave by this route at all. */
export function leads({ kind }: Route): boolean {
  switch (kind) {
    case "unicast":
    case "local":
      return true;
    case "broadcast":
    case "multicast":
    case "unreachable":
    case "prohibit":
    case "blackhole":
    case "throw":
    case "none":
      return false;
  }
}

export function interfaceNamed({ interfaces }: Facts, name: string | undefined): NetworkInterface | undefined {
  return interfaces.find((each) => each.name === name);
}

/** The interface of ours that has this address. */
export function interfaceWith({ interfaces }: Facts, { text }: Address): NetworkInterface | undefined {
  return interfaces.find(({ addresses }) => addresses.some(({ address }) => address.text === text));
}

export function showRoute({ text }: Route): Evidence {
  return { what: text, source: "routes" };
}
