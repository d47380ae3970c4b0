import type { NftFamily } from "../core/step.ts";
import type { ElementSet } from "./elements.ts";
import type { Reject } from "./reject.ts";
import type { Scalar } from "./value.ts";

export type Backend = "iptables" | "iptables-legacy" | "nftables";
export type Hook = "ingress" | "prerouting" | "input" | "forward" | "output" | "postrouting" | "egress";

/** All rules of one machine, whichever tool they came from, in one language. Built by `readRules` and `readLive` only. */
export interface RuleSet {
  readonly tables: readonly Table[];
  readonly ipsets: ReadonlyMap<string, IpSet>;
  /** Of which families of packets anything is known. */
  readonly covers: readonly (4 | 6)[];
  /** What may be missing, one line each: that native nftables rules were not given. */
  readonly notes: readonly string[];
}

export interface Table {
  readonly backend: Backend;
  readonly family: NftFamily;
  readonly name: string;
  readonly chains: ReadonlyMap<string, Chain>;
  readonly sets: ReadonlyMap<string, ElementSet<unknown>>;
}

export interface Chain {
  readonly name: string;
  /** Where the kernel calls it; nothing: other chains do. */
  readonly base?: Base;
  readonly rules: readonly Rule[];
}

export interface Base {
  readonly type: "filter" | "nat" | "route";
  readonly hook: Hook;
  readonly priority: number;
  readonly policy: "accept" | "drop";
  /** Whether its table is switched off could not be read. */
  readonly isMaybeDormant?: true;
  /** Of ingress and egress; nothing where it is not told (nft 1.0.6 does not). */
  readonly devices?: readonly string[];
  /** Rises with each chain of a table: of two with the same priority, the kernel asks the younger one first. */
  readonly handle?: number;
}

export interface Rule {
  /** Counted from 1 within its chain. */
  readonly position: number;
  readonly handle?: number;
  /** As its tool would show it. */
  readonly text: string;
  /** Done in this order; the first match that does not hold ends the rule. */
  readonly parts: readonly Part[];
}

export type Part =
  | { readonly do: "match"; readonly match: Match; readonly text: string }
  | { readonly do: "verdict"; readonly verdict: RuleVerdict }
  /** Nothing found ends the rule, like a match that does not hold. */
  | { readonly do: "vmap"; readonly key: Expr; readonly map: SetRef }
  | { readonly do: "nat"; readonly nat: Nat }
  /** `service`: the byte that IP has for the type of service, or the traffic class. */
  | { readonly do: "mark"; readonly of: "packet" | "connection" | "service"; readonly value: Expr }
  | { readonly do: "notrack" }
  /** From here on, for this packet too, the set may hold more or less than it did. */
  | { readonly do: "touch"; readonly set: string; readonly how: "add" | "delete" };

export type RuleVerdict =
  | { readonly kind: "accept" | "drop" | "return" | "continue" }
  | { readonly kind: "jump" | "goto"; readonly chain: string }
  /** What a packet of either family is told. */
  | { readonly kind: "reject"; readonly v4: Reject; readonly v6: Reject }
  /** What it does is not known: anything may come of it. */
  | { readonly kind: "opaque"; readonly text: string };

export interface Nat {
  readonly kind: "dnat" | "snat" | "redirect" | "masquerade";
  /** Only packets of this family are translated; the others go on. */
  readonly family?: 4 | 6;
  /** Nothing where the rule says only a port; an address and its port may be one concatenation. */
  readonly address?: Expr;
  readonly port?: Expr;
}

export type Match =
  /** `assumed`: what was taken for granted of the left side. */
  | {
      readonly kind: "in";
      readonly left: Expr;
      readonly set: SetRef;
      readonly not: boolean;
      readonly assumed?: string;
    }
  | {
      readonly kind: "ipset";
      readonly name: string;
      readonly dimensions: readonly ("src" | "dst")[];
      readonly not: boolean;
    }
  /** One is enough. */
  | { readonly kind: "any"; readonly of: readonly Match[]; readonly not: boolean }
  /** Known beforehand; `assumed` says by which assumption. */
  | { readonly kind: "fixed"; readonly holds: boolean; readonly assumed?: string }
  /** A list that rules themselves fill (`recent`): not on it, unless a rule put the packet there. */
  | { readonly kind: "listed"; readonly list: string; readonly not: boolean; readonly assumed: string }
  /** Something of the port of a bridge that the packet came in by: one that came by none has nothing of it. */
  | { readonly kind: "bridge-port"; readonly not: boolean }
  | { readonly kind: "opaque"; readonly text: string };

/** A set by its name, of the rule's own table, or one that stands in the rule itself. */
export type SetRef = { readonly name: string } | { readonly elements: ElementSet<unknown> };

export type Expr =
  | { readonly kind: "field"; readonly field: Field }
  | { readonly kind: "const"; readonly value: Scalar }
  | { readonly kind: "between"; readonly lo: Scalar; readonly hi: Scalar }
  | { readonly kind: "bits"; readonly op: "&" | "|" | "^" | "<<" | ">>"; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "concat"; readonly parts: readonly Expr[] }
  /** What the set has under the key; nothing found ends the rule. */
  | { readonly kind: "map"; readonly key: Expr; readonly map: SetRef }
  | {
      readonly kind: "fib";
      readonly of: "saddr" | "daddr";
      readonly result: "type" | "oifname" | "exists";
      /** Only what the table says for the interface that the packet came in by, or leaves by. */
      readonly by: "iif" | "oif" | undefined;
    }
  | { readonly kind: "opaque"; readonly text: string };

/** What of a packet can be looked at; those of another family or protocol are absent, and end the rule. */
export type Field =
  | HeaderField
  | "family"
  | "l4proto"
  | "ip protocol"
  | "ip6 nexthdr"
  | "saddr"
  | "daddr"
  | "ip saddr"
  | "ip daddr"
  | "ip6 saddr"
  | "ip6 daddr"
  | "th sport"
  | "th dport"
  | "tcp sport"
  | "tcp dport"
  | "udp sport"
  | "udp dport"
  | "tcp flags"
  | "icmp type"
  | "icmp code"
  | "icmpv6 type"
  | "icmpv6 code"
  | "iifname"
  | "oifname"
  | "mark"
  | "ethertype"
  | "ip frag-off"
  | "ct state"
  | "ct status"
  | "ct mark"
  | "ct direction"
  | "ct exists"
  | "ct original saddr"
  | "ct original daddr"
  | "ct original sport"
  | "ct original dport"
  | "ct reply saddr"
  | "ct reply daddr"
  | "ct reply sport"
  | "ct reply dport"
  | "ct family"
  | "ct l4proto";

/** What rules ask less often: of the headers, and of the socket that a packet belongs to. */
export type HeaderField =
  | "ip version"
  | "ip6 version"
  | "ip hdrlength"
  | "length"
  | "ip length"
  | "ip6 length"
  | "ttl"
  | "ip ttl"
  | "ip6 hoplimit"
  | "service"
  | "ip dscp"
  | "ip6 dscp"
  | "ip ecn"
  | "ip6 ecn"
  /** Whether a socket of this machine sends it, or gets it; and whose. */
  | "socket"
  | "skuid"
  | "skgid"
  /** Whether it has the option of this kind: the largest segment, the window's scale, SACK allowed, SACK, timestamps. */
  | "tcp option 2"
  | "tcp option 3"
  | "tcp option 4"
  | "tcp option 5"
  | "tcp option 8"
  | "tcp maxseg";

/** One set of the `ipset` tool. */
export interface IpSet {
  readonly name: string;
  /** Nothing for a `list:set` and a set of ports. */
  readonly family?: 4 | 6;
  readonly body:
    | { readonly kind: "list"; readonly members: readonly string[] }
    | {
        readonly kind: "elements";
        readonly dimensions: readonly IpSetDimension[];
        readonly elements: ElementSet<IpSetData>;
      }
    | { readonly kind: "opaque"; readonly text: string };
}

/** `out`: an element with `nomatch`; of all that match, the narrowest decides. */
export type IpSetData = "in" | "out";

export type IpSetDimension = "ip" | "port" | "iface" | "mark" | "protocol-port";
