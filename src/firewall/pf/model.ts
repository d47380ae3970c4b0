import type { Cidr } from "../../core/cidr.ts";

/** One line of a pf rule set, as `pfctl -sr` prints it or as a file of anchors has it. */
export type PfLine =
  | PfRule
  /** `rest` is what limits it, as it stands there: `on en0 all`. */
  | { readonly kind: "anchor"; readonly name: string; readonly quick: boolean; readonly rest: string }
  /** Not a filter rule, or not understood: kept as it stands there. `filters`: it could decide about a packet. */
  | { readonly kind: "other"; readonly text: string; readonly filters: boolean };

export interface PfRule {
  readonly kind: "rule";
  readonly action: "pass" | "block";
  /** What a blocked client is told; nothing: as `set block-policy` has it, which is `drop` unless it was set. */
  readonly answer?: "drop" | "return";
  /** Nothing: both. */
  readonly direction?: "in" | "out";
  readonly log?: true;
  readonly quick: boolean;
  readonly on?: { readonly not: boolean; readonly name: string };
  readonly family?: 4 | 6;
  /** Empty: every one. */
  readonly protocols: readonly string[];
  readonly from: PfPlace;
  readonly to: PfPlace;
  /** What stands behind the addresses, word by word: `flags S/SA keep state label "x"`. */
  readonly options: readonly string[];
}

/** Addresses and ports of one side; empty lists: any. */
export interface PfPlace {
  readonly addresses: readonly PfAddress[];
  readonly ports: readonly PfPort[];
}

export interface PfAddress {
  readonly not: boolean;
  readonly at:
    | { readonly kind: "network"; readonly network: Cidr }
    /** A table, an interface, `self`, a host's name: what it stands for is not in the rule set. */
    | { readonly kind: "named"; readonly text: string };
}

export type PfPort =
  | { readonly op: "=" | "!=" | "<" | "<=" | ">" | ">="; readonly port: number }
  /** `:` and `<>` as pf has them: from-to with both ends, and all but what lies between; `><`: between, without the ends. */
  | { readonly op: ":" | "><" | "<>"; readonly first: number; readonly last: number }
  /** By a service's name. */
  | { readonly op: "named"; readonly name: string };

export const ANY_PLACE: PfPlace = { addresses: [], ports: [] };
