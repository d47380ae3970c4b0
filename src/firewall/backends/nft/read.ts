import type { NftFamily } from "../../../core/step.ts";
import type { ElementSet } from "../../elements.ts";
import type { Base, Chain, Hook, Part, Rule, Table } from "../../model.ts";
import type { Tri } from "../../value.ts";
import { refuse } from "../refuse.ts";
import { type Json, type JsonObject, entryOf, isList, isObject, numberIn, textOf } from "./json.ts";
import { mergePorts } from "../merged-ports.ts";
import { HIDDEN_FAMILY, type Hidden, NOTHING_HIDDEN, NOT_SEEN } from "./bytecode.ts";
import { needsHeader } from "./expr.ts";
import { readNamedSet } from "./sets.ts";
import { readStatement } from "./statements.ts";
import { renderStatement } from "./text.ts";

const FAMILIES: ReadonlySet<string> = new Set(["ip", "ip6", "inet", "arp", "bridge", "netdev"]);
const HOOKS: ReadonlySet<string> = new Set([
  "ingress",
  "prerouting",
  "input",
  "forward",
  "output",
  "postrouting",
  "egress",
]);

interface BuildingChain {
  readonly name: string;
  readonly base: Base | undefined;
  readonly rules: Rule[];
}

interface Building {
  readonly family: NftFamily;
  readonly name: string;
  readonly isDormant: Tri;
  readonly chains: Map<string, BuildingChain>;
  readonly sets: Map<string, ElementSet<unknown>>;
  readonly objects: Map<string, JsonObject>;
}

/**
 * Reads what `nft -j list ruleset` prints, and what its listing does not show, where that was given. Tables that are
 * switched off are left out.
 */
export function readNft(dump: string, entries: readonly Json[], hidden: Hidden = NOTHING_HIDDEN): readonly Table[] {
  const tables = new Map<string, Building>();
  const rules: JsonObject[] = [];
  for (const entry of entries) {
    const [word, body] = entryOf(entry) ?? [];
    // A part that is skipped might be the one that decides.
    const isRead = word !== undefined && isObject(body) && (word === "rule" || readEntry(tables, word, body, hidden));
    if (!isRead) refuse(dump, "has a part that is not understood", JSON.stringify(entry));
    if (word === "rule") rules.push(body);
  }
  // A rule may speak of what stands behind it in the listing.
  for (const body of rules) {
    if (!readRule(tables.get(keyOf(body)), body, hidden)) {
      refuse(dump, "has a rule whose chain is not there", JSON.stringify(body));
    }
  }
  return [...tables.values()].filter(({ isDormant }) => isDormant !== "yes").map(finish);
}

function keyOf(body: JsonObject, name = body["table"]): string {
  return `${textOf(body["family"])} ${textOf(name)}`;
}

/** Whether it is something that we know, or nothing that could concern us. */
function readEntry(tables: Map<string, Building>, word: string, body: JsonObject, hidden: Hidden): boolean {
  if (word === "table") {
    const [family, name] = [textOf(body["family"]) ?? "", textOf(body["name"]) ?? ""];
    if (!FAMILIES.has(family) || tables.has(keyOf(body, name))) return false;
    tables.set(keyOf(body, name), {
      family: family as NftFamily,
      name,
      isDormant: saysDormant(hidden.flags.get(keyOf(body, name)) ?? body["flags"]),
      chains: new Map(),
      sets: new Map(),
      objects: new Map(),
    });
    return true;
  }
  const table = tables.get(keyOf(body));
  const name = textOf(body["name"]);
  switch (word) {
    case "chain": {
      const base = baseOf(body, hidden.devices.get(`${keyOf(body)} ${name}`));
      if (!table || name === undefined || table.chains.has(name) || base === "not-understood") return false;
      table.chains.set(name, { name, base, rules: [] });
      return true;
    }
    case "set":
    case "map":
      if (!table || name === undefined || table.sets.has(name)) return false;
      table.sets.set(name, readNamedSet(body));
      return true;
    case "limit":
    case "quota":
    case "ct count":
      table?.objects.set(`${word} ${name}`, body);
  }
  return true;
}

const FLAGS: ReadonlySet<Json> = new Set(["owner", "persist"]);

/** nft 1.0.6 prints whatever stands in memory that it has given back: that there are flags is all that is certain then. */
function saysDormant(flags: Json | readonly string[] | undefined): Tri {
  if (flags === undefined) return "no";
  const names = isList(flags) ? flags : [flags];
  if (names.includes("dormant")) return "yes";
  return names.every((name) => FLAGS.has(name)) ? "no" : "maybe";
}

const POLICIES: ReadonlySet<Json | undefined> = new Set([undefined, "accept", "drop"]);

/** Nothing for a chain that others call. */
function baseOf(body: JsonObject, shown: readonly string[] | undefined): Base | undefined | "not-understood" {
  const [type, hook, priority] = [textOf(body["type"]), textOf(body["hook"]), numberIn(body["prio"])];
  if (["type", "hook", "prio", "policy"].every((key) => body[key] === undefined)) return undefined;
  const isKnown = type !== undefined && hook !== undefined && priority !== undefined && HOOKS.has(hook);
  if (!isKnown || !POLICIES.has(body["policy"])) return "not-understood";
  const { dev } = body;
  const told = isList(dev) ? dev : dev === undefined ? undefined : [dev];
  const devices = shown ?? told?.map((each) => textOf(each) ?? "");
  const handle = numberIn(body["handle"]);
  return {
    type: type === "nat" || type === "route" ? type : "filter",
    hook: hook as Hook,
    priority,
    policy: body["policy"] === "drop" ? "drop" : "accept",
    ...(devices && { devices }),
    ...(handle !== undefined && { handle }),
  };
}

function readRule(table: Building | undefined, body: JsonObject, { rules }: Hidden): boolean {
  const chain = table?.chains.get(textOf(body["chain"]) ?? "");
  const statements = body["expr"] ?? [];
  if (!table || !chain || !isList(statements)) return false;
  const handle = numberIn(body["handle"]);
  const comment = textOf(body["comment"]);
  const hidden = rules.get(`${keyOf(body)} ${chain.name} ${handle}`) ?? NOT_SEEN;
  const family = table.family === "inet" ? needsFamily(statements, hidden.family) : [];
  const texts = statements.map(renderStatement);
  const text = texts.join(" ");
  const parts = statements.flatMap((statement, index) => readStatement(statement, table.objects, texts[index]));
  chain.rules.push({
    position: chain.rules.length + 1,
    ...(handle !== undefined && { handle }),
    text: comment === undefined ? text : `${text} comment "${comment}"`,
    parts: [...family, ...mergePorts(parts, hidden.merged)],
  });
  return true;
}

/** Before `reject with tcp reset`, nft shows no `meta nfproto` that the rule may have. */
function needsFamily(statements: readonly Json[], hidden: "any" | 4 | 6 | "unknown"): Part[] {
  const isHidden = statements.some(
    (each) => isObject(each) && isObject(each["reject"]) && each["reject"]["type"] === "tcp reset",
  );
  if (!isHidden || hidden === "any" || isBound(statements)) return [];
  const text = HIDDEN_FAMILY;
  if (hidden === "unknown") return [{ do: "match", match: { kind: "opaque", text }, text }];
  return needsHeader(hidden === 4 ? "ip" : "ip6").map((match): Part => ({ do: "match", match, text }));
}

/** Whether another match is for one family already. */
function isBound(statements: readonly Json[]): boolean {
  return statements.some(
    (each) => isObject(each) && /"(?:ip6?|icmp|icmpv6)"|"nfproto"/.test(JSON.stringify(each["match"] ?? "")),
  );
}

function finish({ family, name, chains, sets, isDormant }: Building): Table {
  const finished = [...chains.values()].map((chain): [string, Chain] => {
    const { rules } = chain;
    const base = chain.base && isDormant === "maybe" ? { ...chain.base, isMaybeDormant: true as const } : chain.base;
    return [chain.name, base ? { name: chain.name, base, rules } : { name: chain.name, rules }];
  });
  return { backend: "nftables", family, name, chains: new Map(finished), sets };
}
