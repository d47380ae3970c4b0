import type { NftFamily } from "../../../core/step.ts";
import type { ElementSet } from "../../elements.ts";
import type { Base, Chain, Hook, Part, Rule, Table } from "../../model.ts";
import { type Json, type JsonObject, isList, isObject, numberIn, textOf } from "./json.ts";
import { HIDDEN_FAMILY, type HiddenFamilies } from "./bytecode.ts";
import { needsHeader } from "./expr.ts";
import { readNamedSet } from "./sets.ts";
import { type Objects, readStatement } from "./statements.ts";
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
  readonly isDormant: boolean;
  readonly chains: Map<string, BuildingChain>;
  readonly sets: Map<string, ElementSet<unknown>>;
  readonly objects: Map<string, JsonObject>;
}

/**
 * Reads what `nft -j list ruleset` prints, and what its listing does not show, where that was given. Tables that are
 * switched off are left out.
 */
export function readNft(entries: readonly Json[], hidden: HiddenFamilies = new Map()): readonly Table[] {
  const tables = new Map<string, Building>();
  const rules: JsonObject[] = [];
  for (const entry of entries) {
    if (!isObject(entry)) continue;
    for (const [word, body] of Object.entries(entry)) {
      if (!isObject(body)) continue;
      if (word === "rule") rules.push(body);
      else readEntry(tables, word, body);
    }
  }
  // A rule may speak of what stands behind it in the listing.
  for (const body of rules) readRule(tables.get(keyOf(body)), body, hidden);
  return [...tables.values()].filter((table) => !table.isDormant).map(finish);
}

function keyOf(body: JsonObject, name = body["table"]): string {
  return `${textOf(body["family"])} ${textOf(name)}`;
}

function readEntry(tables: Map<string, Building>, word: string, body: JsonObject): void {
  if (word === "table") {
    const [family, name] = [textOf(body["family"]) ?? "", textOf(body["name"]) ?? ""];
    if (!FAMILIES.has(family)) return;
    tables.set(keyOf(body, name), {
      family: family as NftFamily,
      name,
      isDormant: isDormant(body["flags"]),
      chains: new Map(),
      sets: new Map(),
      objects: new Map(),
    });
    return;
  }
  const table = tables.get(keyOf(body));
  const name = textOf(body["name"]);
  if (!table || name === undefined) return;
  switch (word) {
    case "chain":
      return void table.chains.set(name, { name, base: baseOf(body), rules: [] });
    case "set":
    case "map":
      return void table.sets.set(name, readNamedSet(body));
    case "limit":
    case "quota":
    case "ct count":
      return void table.objects.set(`${word} ${name}`, body);
  }
}

/** nft 1.0.6 prints the first letter only. */
function isDormant(flags: Json | undefined): boolean {
  const names = isList(flags) ? flags : [flags];
  return names.some((name) => name === "dormant" || name === "d");
}

function baseOf(body: JsonObject): Base | undefined {
  const [type, hook, priority] = [textOf(body["type"]), textOf(body["hook"]), numberIn(body["prio"])];
  if (type === undefined || hook === undefined || priority === undefined || !HOOKS.has(hook)) return undefined;
  const { dev } = body;
  const devices = isList(dev)
    ? dev.map((each) => textOf(each) ?? "")
    : textOf(dev) === undefined
      ? undefined
      : [textOf(dev)!];
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

function readRule(table: Building | undefined, body: JsonObject, hidden: HiddenFamilies): void {
  const chain = table?.chains.get(textOf(body["chain"]) ?? "");
  if (!table || !chain) return;
  const statements = isList(body["expr"]) ? body["expr"] : [];
  const handle = numberIn(body["handle"]);
  const comment = textOf(body["comment"]);
  const family =
    table.family === "inet" ? needsFamily(statements, hidden.get(`${keyOf(body)} ${chain.name} ${handle}`)) : [];
  const text = statements.map(renderStatement).join(" ");
  chain.rules.push({
    position: chain.rules.length + 1,
    ...(handle !== undefined && { handle }),
    text: comment === undefined ? text : `${text} comment "${comment}"`,
    parts: [...family, ...partsOf(statements, table.objects)],
  });
}

/** Before `reject with tcp reset`, nft shows no `meta nfproto` that the rule may have. */
function needsFamily(statements: readonly Json[], hidden: ReturnType<HiddenFamilies["get"]> = "unknown"): Part[] {
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

function partsOf(statements: readonly Json[], objects: Objects): readonly Part[] {
  return statements.flatMap((statement) => readStatement(statement, objects));
}

function finish({ family, name, chains, sets }: Building): Table {
  const finished = [...chains.values()].map((chain): [string, Chain] => {
    const { base, rules } = chain;
    return [chain.name, base ? { name: chain.name, base, rules } : { name: chain.name, rules }];
  });
  return { backend: "nftables", family, name, chains: new Map(finished), sets };
}
