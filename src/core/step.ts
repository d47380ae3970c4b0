import type { Risk } from "./finding.ts";

/** A command line, and what it reads from its standard input. */
export interface Command {
  readonly argv: readonly string[];
  readonly input?: string;
}

/** One thing that would be done: data, to be shown as it would be typed, or carried out. */
export interface Step extends Command {
  /** One line in the imperative, with the real values: `let tcp 8000 in from 192.168.1.0/24`. */
  readonly what: string;
  readonly risk: Risk;
  /** Where this says yes, it is so already: there is nothing to do, and nothing of ours to take back. */
  readonly unless?: Check;
  /** It is done only where this says yes. */
  readonly when?: Check;
  /** It is done once for each rule that is found, its handle in the place of the word `HANDLE`. */
  readonly each?: NftRules;
  /** What of its output (the first group of this pattern) stands for `KEPT` in the steps that take it back. */
  readonly keeps?: string;
  /** Takes it back, in this order, each itself without an undo; empty: there is nothing to take back. */
  readonly undo: readonly Step[];
}

/** A question whose answer is yes, no, or not known. */
export type Check =
  /** Yes where it ends with 0, no with 1; anything else is not an answer. */
  | { readonly kind: "succeeds"; readonly argv: readonly string[] }
  /** Yes where its output has this line, spaces around it aside; without a line, where it has any output. */
  | { readonly kind: "prints"; readonly argv: readonly string[]; readonly line?: string }
  /** Yes where such a rule is found. */
  | { readonly kind: "finds-rule"; readonly rules: NftRules }
  | { readonly kind: "finds-set"; readonly set: NftSet };

/** The rules of one nftables chain that carry this comment. */
export interface NftRules {
  readonly family: NftFamily;
  readonly table: string;
  readonly chain: string;
  readonly comment: string;
}

/** One set of an nftables table. */
export interface NftSet {
  readonly family: NftFamily;
  readonly table: string;
  readonly set: string;
}

export type NftFamily = "ip" | "ip6" | "inet" | "arp" | "bridge" | "netdev";

/** What stands in `argv` for a found rule's handle, and for what a step kept of its output. */
export const HANDLE = "HANDLE";
export const KEPT = "KEPT";
