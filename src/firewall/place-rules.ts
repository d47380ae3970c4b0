import { addressInterval } from "./addresses.ts";
import { ElementSet, type Interval, setOf } from "./elements.ts";
import type { Chain, Field, Match, Part, Rule, RuleSet, Table } from "./model.ts";
import type { PlannedRule, RulePlace } from "./write/plan.ts";

type KernelPlace = Extract<RulePlace, { kind: "xtables" | "nft" }>;

/** The rule set with these rules, each in the place that is meant for it. A chain that is not there gets none. */
export function placeRules(rules: RuleSet, planned: readonly PlannedRule[]): RuleSet {
  return planned.flatMap(splitFamilies).reduce(placeOne, rules);
}

/** Of iptables, each family has tables of its own. */
function splitFamilies(planned: PlannedRule): PlannedRule[] {
  if (planned.place.kind !== "xtables" || planned.family !== undefined) return [planned];
  return ([4, 6] as const).map((family) => ({ ...planned, family }));
}

function placeOne(rules: RuleSet, planned: PlannedRule): RuleSet {
  const { place } = planned;
  if (place.kind !== "xtables" && place.kind !== "nft") return rules;
  const withChain = place.kind === "xtables" ? ensureInput(rules, place, planned.family ?? 4) : rules;
  const home = findTable(withChain, place, planned.family);
  const chain = home?.chains.get(place.chain);
  if (!home || !chain) return rules;
  const chains = new Map(home.chains).set(place.chain, addRule(chain, planned, place.at));
  return { ...withChain, tables: withChain.tables.map((table) => (table === home ? { ...table, chains } : table)) };
}

/** The rules of others keep the numbers by which they are told now. */
function addRule(chain: Chain, planned: PlannedRule, at: "first" | "last"): Chain {
  const { rules } = chain;
  const rule: Rule = { position: at === "first" ? 1 : rules.length + 1, text: planned.text, parts: partsOf(planned) };
  return { ...chain, rules: at === "first" ? [rule, ...rules] : [...rules, rule] };
}

/** Of iptables in both its kinds, the tables that the program of today writes come first. */
function findTable({ tables }: RuleSet, place: KernelPlace, family: 4 | 6 | undefined): Table | undefined {
  if (place.kind === "nft") {
    return tables.find(
      (table) => table.backend === "nftables" && table.family === place.family && table.name === place.table,
    );
  }
  const wanted = family === 6 ? "ip6" : "ip";
  const same = tables.filter(
    (table) => table.backend !== "nftables" && table.family === wanted && table.name === place.table,
  );
  return same.find(({ chains, backend }) => backend === "iptables" && chains.has(place.chain)) ?? same[0];
}

/** A table that was never used is made with the first rule, its chains empty. */
function ensureInput(rules: RuleSet, place: Extract<KernelPlace, { kind: "xtables" }>, family: 4 | 6): RuleSet {
  if (place.chain !== "INPUT" || findTable(rules, place, family)) return rules;
  const input: Chain = {
    name: "INPUT",
    base: { type: "filter", hook: "input", priority: 0, policy: "accept" },
    rules: [],
  };
  const table: Table = {
    backend: "iptables",
    family: family === 4 ? "ip" : "ip6",
    name: place.table,
    chains: new Map([["INPUT", input]]),
    sets: new Map(),
  };
  return { ...rules, tables: [...rules.tables, table] };
}

function partsOf({ match, family, verdict }: PlannedRule): readonly Part[] {
  const { source, protocol, ports } = match;
  const port: Field = match.untranslated ? "ct original dport" : `${protocol} dport`;
  return [
    ...interfaceParts(match.interface),
    ...(source
      ? [isWithin(source.address.family === 4 ? "ip saddr" : "ip6 saddr", networkOf(source))]
      : familyParts(family)),
    isOneOf("l4proto", protocol === "tcp" ? 6 : 17),
    isWithin(port, { lo: ports.first, hi: ports.last }),
    ...(match.untranslated ? [isOneOf("ct direction", 0)] : []),
    { do: "verdict", verdict: { kind: verdict } },
  ];
}

function interfaceParts(wanted: PlannedRule["match"]["interface"]): Part[] {
  if (wanted === undefined) return [];
  if (wanted !== "not-loopback") return [isOneOf("iifname", wanted.name)];
  return [asPart({ kind: "in", left: { kind: "field", field: "iifname" }, set: { elements: setOf("lo") }, not: true })];
}

function familyParts(family: 4 | 6 | undefined): Part[] {
  return family === undefined ? [] : [isOneOf("family", family === 4 ? 2 : 10)];
}

function networkOf({ address, prefix }: NonNullable<PlannedRule["match"]["source"]>): Interval {
  return addressInterval(`${address.text}/${prefix}`)!;
}

function isOneOf(field: Field, value: number | string): Part {
  return asPart({ kind: "in", left: { kind: "field", field }, set: { elements: setOf(value) }, not: false });
}

function isWithin(field: Field, interval: Interval): Part {
  const elements = new ElementSet<unknown>([{ columns: [interval], data: true }]);
  return asPart({ kind: "in", left: { kind: "field", field }, set: { elements }, not: false });
}

function asPart(match: Match): Part {
  return { do: "match", match, text: "" };
}
