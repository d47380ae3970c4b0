import type { Address } from "../../core/address.ts";
import type { Cidr } from "../../core/cidr.ts";
import type { Protocol } from "../../core/endpoint.ts";
import type { WindowsProfile } from "../../core/rule-request.ts";

/** What is asked of another machine's rules: what they do with a connection that comes to one of its addresses. */
export interface DumpQuestion {
  readonly protocol: Protocol;
  readonly port: number;
  readonly family: 4 | 6;
  readonly from: DumpClient;
  /** An address of that machine; nothing: whichever. */
  readonly to?: Address;
  /** By which interface of that machine it comes in; nothing: not known. */
  readonly interface?: string;
  /** Windows: the kind of the network by which it comes. */
  readonly profile?: WindowsProfile;
  /** Windows: the path of the program that listens. */
  readonly program?: string;
}

export type DumpClient =
  /** That machine itself. */
  | { readonly kind: "self" }
  /** Somebody of this network; one address is a network, too. */
  | { readonly kind: "network"; readonly network: Cidr }
  /** Somebody far away. */
  | { readonly kind: "internet" };
