import type { Chain, Rule, RuleSet, Table } from "../model.ts";
import type { Packet } from "../packet.ts";
import type { Reject } from "../reject.ts";
import type { TraceLine } from "../verdict.ts";
import type { Decider } from "./decider.ts";
import type { Hooks } from "./hooks.ts";
import type { Locality } from "./locality.ts";
import type { State } from "./state.ts";

/** One walk of one packet (and of what answers it) through all rules. */
export interface World {
  readonly rules: RuleSet;
  readonly hooks: Hooks;
  readonly packet: Packet;
  readonly locality: Locality;
  readonly assumed: Set<string>;
  /** Nothing while an order that is not the likeliest is tried. */
  trace: Noted[] | undefined;
  /** Whose way is walked now. */
  walking: TraceLine["packet"];
  hook: TraceLine["hook"];
  /** How many more rules and parts of rules may be asked. */
  left: number;
}

/** Rules that were asked, as the walk notes them down: most traces are never read. */
export interface Noted {
  readonly walking: TraceLine["packet"];
  readonly hook: TraceLine["hook"];
  readonly table: Table;
  readonly chain: Chain;
  readonly what:
    | { readonly kind: "asked"; readonly rule: Rule; readonly matched: TraceLine["matched"]; readonly why?: string }
    /** From the first of these rules on, one behind the other: the part of each that did not hold. */
    | { readonly kind: "passed-by"; readonly first: number; readonly failing: readonly number[] };
}

/** How a packet's way may end before it arrives. */
export type End =
  | { readonly kind: "drop"; readonly by: Decider; readonly state: State }
  | { readonly kind: "reject"; readonly reject: Reject; readonly by: Decider; readonly state: State }
  | { readonly kind: "unknown"; readonly because: string; readonly by?: Decider; readonly state: State };

/** The states that go on, and the ways that ended. */
export interface Passed {
  readonly states: readonly State[];
  readonly ends: readonly End[];
}

/** Rules, and parts of rules, that are asked. What a real ruleset comes nowhere near: more leads us round in circles. */
export const MOST_VISITS = 1_000_000;
/** A trace is not longer than this; the rest is not told. */
export const MOST_TRACE = 200_000;
