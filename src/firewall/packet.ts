import type { Address } from "../core/address.ts";
import type { Cidr } from "../core/cidr.ts";
import type { Protocol } from "../core/endpoint.ts";
import type { NetworkInterface } from "../core/network.ts";

/** The first packet of a connection, as the machine with the rules sees it. */
export interface Packet {
  readonly protocol: Protocol;
  readonly source: Address;
  /** Nothing: one that the client's system chose, which no rule can count on. */
  readonly sourcePort?: number;
  readonly destination: Address;
  readonly port: number;
  readonly way: Way;
  readonly host: Host;
}

export type Way =
  /** From another machine (or container) by this interface; nothing: not known which. */
  | { readonly kind: "in"; readonly interface?: string }
  /** From this machine to itself, whichever of its addresses is used: it never leaves `lo`. */
  | { readonly kind: "self" }
  /** From this machine to another one. */
  | { readonly kind: "out"; readonly interface?: string };

/** What is known of the machine. Each missing where it was not told; what hangs on it is then not certain. */
export interface Host {
  readonly interfaces?: readonly Pick<NetworkInterface, "name" | "addresses">[];
  /** All of them; without, the subnets of the interfaces are known and nothing else. */
  readonly routes?: readonly { readonly network: Cidr; readonly interface: string }[];
  /** net.ipv4.ip_forward, net.ipv6.conf.all.forwarding. */
  readonly forwards?: { readonly v4: boolean; readonly v6: boolean };
  /** net.ipv4.conf.IF.route_localnet: whether what comes in may be sent to 127.0.0.1. */
  readonly routeLocalnet?: boolean;
  /** Which interfaces are bridges. */
  readonly bridges?: readonly string[];
}
