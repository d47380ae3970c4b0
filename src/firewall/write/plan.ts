import { type Cidr, formatCidr } from "../../core/cidr.ts";
import type { Backend, RuleRequest } from "../../core/rule-request.ts";
import { formatPorts } from "../../core/rule-request.ts";
import type { NftFamily, Step } from "../../core/step.ts";

/** What one backend would do for a request. */
export interface RulePlan {
  readonly kind: "plan";
  readonly backend: Backend;
  /** The rules as an evaluator takes them, to judge before they are offered; in the order in which they are applied. */
  readonly rules: readonly PlannedRule[];
  readonly apply: readonly Step[];
  /** Shows that it is there; changes nothing. */
  readonly verify: readonly Step[];
  /** Keeps it over a restart; empty where it lasts by itself, or must not last. */
  readonly persist: readonly Step[];
  /** Takes back `apply` and `persist`. */
  readonly revert: readonly Step[];
  /** What one should know, one line each. */
  readonly notes: readonly string[];
  /** It ends by itself at the time that was asked for; otherwise a timer has to take it back. */
  readonly expires: boolean;
}

/** The request can't be had of this backend. */
export interface NoPlan {
  readonly kind: "no-plan";
  readonly backend: Backend;
  /** One line with the real values. */
  readonly because: string;
  readonly hint: string;
}

export type Planned = RulePlan | NoPlan;

/** One rule as it would stand in the rule set. */
export interface PlannedRule {
  readonly place: RulePlace;
  /** Nothing: both families. */
  readonly family?: 4 | 6;
  readonly match: RuleMatch;
  readonly verdict: "accept" | "drop";
  /** In the syntax of its tool, without the place: `-p tcp --dport 8000 -j ACCEPT`, `tcp dport 8000 accept`. */
  readonly text: string;
  /** The same as `nft -j` lists it, where the place is in nftables. */
  readonly expr?: NftExpr;
}

/** A rule's statements as `nft -j` lists them, for an evaluator that reads those. */
export type NftExpr = readonly Readonly<Record<string, unknown>>[];

export type RulePlace =
  | { readonly kind: "xtables"; readonly table: "filter"; readonly chain: string; readonly at: "first" | "last" }
  | {
      readonly kind: "nft";
      readonly family: NftFamily;
      readonly table: string;
      readonly chain: string;
      readonly at: "first" | "last";
    }
  | { readonly kind: "pf"; readonly anchor: string }
  | { readonly kind: "windows" }
  | { readonly kind: "application-firewall" };

export interface RuleMatch {
  readonly protocol: RuleRequest["protocol"];
  readonly ports: RuleRequest["ports"];
  /** Nothing: every address. */
  readonly source?: Cidr;
  /** Nothing: every interface; `not-loopback`: every one but the loopback. */
  readonly interface?: { readonly name: string } | "not-loopback";
  readonly program?: string;
  /** The ports are those before the address was translated (a published container port). */
  readonly untranslated?: true;
}

/** What every backend takes from the machine. */
export interface PlaceFacts {
  /** The networks that stand for `lan`. */
  readonly lan: readonly Cidr[];
  /** The families that are filtered here. */
  readonly families: readonly (4 | 6)[];
}

/** Where a rule lets in from: one network, or everywhere in one family or both. */
export interface Source {
  readonly family?: 4 | 6;
  readonly cidr?: Cidr;
}

/**
 * The sources of a request, each for a rule of its own. Everywhere is one source for both families, or with `perFamily`
 * one for each.
 */
export function sourcesOf({ from }: RuleRequest, { lan, families }: PlaceFacts, perFamily = false): readonly Source[] {
  switch (from.kind) {
    case "lan":
      return lan
        .filter(({ address }) => families.includes(address.family))
        .map((cidr) => ({ family: cidr.address.family, cidr }));
    case "network":
      return sourceOf(from);
    case "anywhere":
      if (!perFamily && families.length === 2) return [{}];
      return families.map((family) => ({ family }));
  }
}

function sourceOf({ address, prefix }: Cidr): readonly Source[] {
  return prefix === 0 ? [{ family: address.family }] : [{ family: address.family, cidr: { address, prefix } }];
}

/** `tcp 8000 in from 192.168.1.0/24 on eth0`. */
export function describeRule(request: RuleRequest, { family, cidr }: Source): string {
  const ports = `${request.protocol} ${formatPorts(request.ports, "-")}`;
  const places = family === undefined ? "everywhere" : `every IPv${family} address`;
  const from = cidr ? formatCidr(cidr) : places;
  return `${ports} from ${from}${request.interface === undefined ? "" : ` on ${request.interface}`}`;
}

/** `let tcp 8000 from 192.168.1.0/24 in`, as a step says it. */
export function describeStep(request: RuleRequest, source: Source): string {
  return `${request.action === "open" ? "let in" : "keep out"} ${describeRule(request, source)}`;
}

/** Opening shows the port to others; closing shows it to nobody new. */
export function riskOf({ action }: RuleRequest): Step["risk"] {
  return action === "open" ? "exposes" : "none";
}

export function matchOf(request: RuleRequest, { cidr }: Source): RuleMatch {
  const { protocol, ports, interface: name } = request;
  return {
    protocol,
    ports,
    ...(cidr && { source: cidr }),
    ...(name !== undefined ? { interface: { name } } : request.action === "close" && { interface: "not-loopback" }),
  };
}

/** The steps that take a plan back: the last one applied first, then what was kept over a restart. */
export function revertOf(apply: readonly Step[], persist: readonly Step[]): readonly Step[] {
  return [...apply.toReversed(), ...persist].flatMap(({ undo }) => undo);
}

/** Why a backend of this machine can't do what only another one can; nothing where it can. */
export function refuseForeign(backend: Backend, request: RuleRequest): NoPlan | undefined {
  if (request.program !== undefined) {
    const because = `${backend} can't tell programs apart, so \`${request.program}\` can't be let in by itself`;
    return { kind: "no-plan", backend, because, hint: "leave --program out: the rule is for the port" };
  }
  if (request.profile !== undefined) {
    const because = `${backend} has no profiles, so \`${request.profile}\` says nothing here`;
    return { kind: "no-plan", backend, because, hint: "say from where with --from, or by which interface with --in" };
  }
  return undefined;
}

/** Nothing to write a rule for: `lan` on a machine that is on no network. */
export function refuseNowhere(backend: Backend, request: RuleRequest): NoPlan {
  const because = `there is no network that ${formatPorts(request.ports, "-")}/${request.protocol} could be let in from`;
  return { kind: "no-plan", backend, because, hint: "name one: --from 192.168.1.0/24" };
}

/** A step that changes nothing. */
export function show(what: string, argv: readonly string[]): Step {
  return { what, argv, risk: "none", undo: [] };
}
