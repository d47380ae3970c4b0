import { type Cidr, cidrCovers, formatCidr, parseCidr } from "../../core/cidr.ts";
import { type RuleRequest, formatPorts } from "../../core/rule-request.ts";
import type { Step } from "../../core/step.ts";
import { nftExprOf } from "./nft-expr.ts";
import {
  type NoPlan,
  type PlaceFacts,
  type Planned,
  type PlannedRule,
  type Source,
  describeRule,
  matchOf,
  refuseForeign,
  refuseNowhere,
  revertOf,
  riskOf,
  show,
  sourcesOf,
} from "./plan.ts";

export interface FirewalldFacts extends PlaceFacts {
  readonly defaultZone: string;
  /** Those in use, and the default one. */
  readonly zones: readonly FirewalldZone[];
  /** The interfaces by which others come: all but the loopback and those of containers. */
  readonly interfaces: readonly string[];
  /** What its rules are made of. */
  readonly engine: "nftables" | "iptables";
}

export interface FirewalldZone {
  readonly name: string;
  readonly interfaces: readonly string[];
  /** Networks, hardware addresses, `ipset:NAME`. */
  readonly sources: readonly string[];
  readonly richRules: readonly string[];
}

interface Placed {
  readonly zone: FirewalldZone;
  readonly source: Source;
}

/**
 * A port or a rich rule in the zone that the packets come to: by their source, and only then by their interface. firewalld
 * takes a rule with a time back by itself; one without is kept in the permanent configuration, too.
 */
export function planFirewalld(request: RuleRequest, facts: FirewalldFacts): Planned {
  const refused = refuseForeign("firewalld", request) ?? refuseShared(request, facts);
  if (refused) return refused;
  const sources = sourcesOf(request, facts);
  const placed = sources.flatMap((source) => zonesFor(request, source, facts).map((zone) => ({ zone, source })));
  if (placed.length === 0) return refuseNowhere("firewalld", request);
  const seconds = request.forMs === undefined ? undefined : Math.max(1, Math.ceil(request.forMs / 1000));
  const timeout = seconds === undefined ? [] : [`--timeout=${seconds}s`];
  const apply = placed.map((each) => add(request, each, { before: [], after: timeout, what: "" }));
  const kept = { before: ["--permanent"], after: [], what: ", also after a restart" };
  const persist = seconds === undefined ? placed.map((each) => add(request, each, kept)) : [];
  const zones = [...new Set(placed.map(({ zone }) => zone.name))];
  return {
    kind: "plan",
    backend: "firewalld",
    rules: placed.map((each) => planned(request, each, facts)),
    apply,
    verify: zones.map((zone) => show(`show zone ${zone}`, ["firewall-cmd", `--zone=${zone}`, "--list-all"])),
    persist,
    revert: revertOf(apply, persist),
    notes: notesFor(request, facts),
    expires: true,
  };
}

interface Manner {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly what: string;
}

function add(request: RuleRequest, { zone, source }: Placed, { before, after, what }: Manner): Step {
  const [kind, value] = optionOf(request, zone, source);
  const command = (verb: "add" | "query" | "remove") => [
    "firewall-cmd",
    ...before,
    `--zone=${zone.name}`,
    `--${verb}-${kind}=${value}`,
  ];
  const isThere = { kind: "succeeds", argv: command("query") } as const;
  const verb = request.action === "open" ? "let in" : "keep out";
  const remove: Step = {
    what: `take back: ${verb} ${describeRule(request, source)} in zone ${zone.name}${what}`,
    argv: command("remove"),
    risk: "none",
    when: isThere,
    undo: [],
  };
  return {
    what: `${verb} ${describeRule(request, source)} in zone ${zone.name}${what}`,
    argv: [...command("add"), ...after],
    risk: riskOf(request),
    unless: isThere,
    undo: [remove],
  };
}

function optionOf(request: RuleRequest, zone: FirewalldZone, source: Source): ["port" | "rich-rule", string] {
  const ports = formatPorts(request.ports, "-");
  const priority = priorityIn(request, zone);
  if (priority === undefined && source.family === undefined) return ["port", `${ports}/${request.protocol}`];
  const parts = [
    "rule",
    ...(priority === undefined ? [] : [`priority="${priority}"`]),
    ...(source.family === undefined ? [] : [`family="ipv${source.family}"`]),
    ...(source.cidr ? [`source address="${formatCidr(source.cidr)}"`] : []),
    `port port="${ports}" protocol="${request.protocol}"`,
    request.action === "open" ? "accept" : "drop",
  ];
  return ["rich-rule", parts.join(" ")];
}

const LEAST_PRIORITY = -32_768;

/** What denies stands before what allows, unless this has a priority below all others. */
function priorityIn({ action }: RuleRequest, { richRules }: FirewalldZone): number | undefined {
  const denies = richRules.some((rule) => /\b(drop|reject)\b/.test(rule));
  if (action === "open" && !denies) return undefined;
  const others = richRules.map((rule) => Number(/priority="(-?\d+)"/.exec(rule)?.[1] ?? 0));
  return Math.max(LEAST_PRIORITY, Math.min(0, ...others) - 1);
}

/** Every zone that packets from this source come to. */
function zonesFor(request: RuleRequest, { cidr }: Source, facts: FirewalldFacts): FirewalldZone[] {
  const bySource = facts.zones.filter((zone) => networksOf(zone).some((network) => !cidr || overlap(network, cidr)));
  const whole = cidr && bySource.some((zone) => networksOf(zone).some((network) => cidrCovers(network, cidr)));
  const names = request.interface === undefined ? facts.interfaces : [request.interface];
  const byInterface = whole ? [] : names.map((name) => zoneOf(name, facts)).filter((zone) => zone !== undefined);
  return [...new Set([...bySource, ...byInterface])];
}

function networksOf({ sources }: FirewalldZone): Cidr[] {
  return sources.flatMap((source) => parseCidr(source) ?? []);
}

function overlap(a: Cidr, b: Cidr): boolean {
  return cidrCovers(a, b) || cidrCovers(b, a);
}

function zoneOf(name: string, { zones, defaultZone }: FirewalldFacts): FirewalldZone | undefined {
  return zones.find(({ interfaces }) => interfaces.includes(name)) ?? zones.find((zone) => zone.name === defaultZone);
}

/** Within a zone no rule can be for one interface only: what would open more than was asked for is not offered. */
function refuseShared(request: RuleRequest, facts: FirewalldFacts): NoPlan | undefined {
  const name = request.interface;
  if (name === undefined) return undefined;
  const zone = zoneOf(name, facts);
  const others = facts.interfaces.filter((each) => each !== name && zoneOf(each, facts) === zone);
  if (others.length === 0 || !zone) return undefined;
  const because = `zone ${zone.name} has ${others.join(", ")} beside ${name}, and its rules hold for all of them`;
  const hint = `leave --in out, or move ${name} first: \`firewall-cmd --zone=home --change-interface=${name}\``;
  return { kind: "no-plan", backend: "firewalld", because, hint };
}

/** In the chains that firewalld has for a zone: what has a priority below 0 stands before all that denies. */
function planned(request: RuleRequest, { zone, source }: Placed, { engine }: FirewalldFacts): PlannedRule {
  const part = priorityIn(request, zone) === undefined ? "allow" : "pre";
  const at = part === "allow" ? "last" : "first";
  const match = matchWithin(request, source);
  const verdict = request.action === "open" ? "accept" : "drop";
  const common = { match, verdict, ...(source.family !== undefined && { family: source.family }) } as const;
  if (engine === "iptables") {
    const chain = `IN_${zone.name}_${part}`;
    return { place: { kind: "xtables", table: "filter", chain, at }, ...common, text: xtablesText(request, source) };
  }
  const chain = `filter_IN_${zone.name}_${part}`;
  const expr = nftExprOf(match, "inet", verdict, source.family);
  const text = nftText(request, source);
  return { place: { kind: "nft", family: "inet", table: "firewalld", chain, at }, ...common, text, expr };
}

function xtablesText({ protocol, ports, action }: RuleRequest, { cidr }: Source): string {
  const from = cidr ? ` -s ${formatCidr(cidr)}` : "";
  return `-p ${protocol}${from} --dport ${formatPorts(ports, ":")} -j ${action === "open" ? "ACCEPT" : "DROP"}`;
}

function nftText({ protocol, ports, action }: RuleRequest, { cidr, family }: Source): string {
  const network = cidr ? `${family === 6 ? "ip6" : "ip"} saddr ${formatCidr(cidr)} ` : "";
  const only = !cidr && family !== undefined ? `meta nfproto ipv${family} ` : "";
  return `${network}${only}${protocol} dport ${formatPorts(ports, "-")} ${action === "open" ? "accept" : "drop"}`;
}

/** The interface chose the zone; the rule itself has none. */
function matchWithin(request: RuleRequest, source: Source): PlannedRule["match"] {
  const { interface: _, ...match } = matchOf(request, source);
  return match;
}

function notesFor(request: RuleRequest, { zones }: FirewalldFacts): string[] {
  const opaque = zones.flatMap(({ sources }) => sources.filter((source) => !parseCidr(source)));
  return [
    ...(opaque.length > 0
      ? [`clients from ${opaque.join(", ")} come to a zone of their own, which is left as it is`]
      : []),
    ...(request.forMs === undefined ? [] : ["`firewall-cmd --reload` takes it back early"]),
  ];
}
