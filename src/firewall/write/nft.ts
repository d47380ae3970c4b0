import { formatCidr } from "../../core/cidr.ts";
import { type RuleRequest, formatPorts, ruleMark } from "../../core/rule-request.ts";
import { HANDLE, type NftRules, type Step } from "../../core/step.ts";
import { type InputChain, findInputChains } from "./nft-chains.ts";
import { nftExprOf } from "./nft-expr.ts";
import {
  type PlaceFacts,
  type Planned,
  type PlannedRule,
  type RulePlan,
  type Source,
  describeStep,
  matchOf,
  refuseForeign,
  refuseNowhere,
  revertOf,
  riskOf,
  show,
  sourcesOf,
} from "./plan.ts";

export interface NftFacts extends PlaceFacts {
  /** What `nft -j list ruleset` printed. */
  readonly ruleset: unknown;
}

/**
 * A rule at the head of every chain that hooks input and could refuse: what one chain lets pass, another one behind it may
 * still drop, so a table of our own would open nothing. With a time, the ports stand in a set whose elements expire.
 */
export function planNft(request: RuleRequest, facts: NftFacts): Planned {
  const refused = refuseForeign("nft", request);
  if (refused) return refused;
  const own = findInputChains(facts.ruleset).filter(({ managedBy }) => managedBy === undefined);
  const places = request.action === "open" ? own.filter(({ refuses }) => refuses) : firstOfEachFamily(own);
  if (places.length === 0) return refuseWithoutChain(request);
  const sources = sourcesOf(request, facts);
  const rules = places.flatMap((chain) => sourcesIn(chain, sources).map((source) => ({ chain, source })));
  if (rules.length === 0) return refuseNowhere("nft", request);
  const sets = request.forMs === undefined ? [] : tablesOf(rules).flatMap((chain) => setSteps(request, chain));
  const apply = [...sets, ...rules.map(({ chain, source }) => insert(request, chain, source))];
  return withSteps(
    request,
    places,
    apply,
    rules.map(({ chain, source }) => planned(request, chain, source)),
  );
}

function withSteps(
  request: RuleRequest,
  places: readonly InputChain[],
  apply: readonly Step[],
  rules: readonly PlannedRule[],
): RulePlan {
  const lasts = request.forMs === undefined;
  return {
    kind: "plan",
    backend: "nft",
    rules,
    apply,
    verify: places.map(({ family, table, name }) =>
      show(`show ${family} ${table} ${name}`, ["nft", "-a", "list", "chain", family, table, name]),
    ),
    persist: [],
    revert: revertOf(apply, []),
    notes: lasts
      ? ["nft keeps nothing over a restart: the rule belongs into /etc/nftables.conf, at the head of the same chain"]
      : [],
    expires: true,
  };
}

/** To keep out, one chain is enough: the first that takes both families, or the first of each. */
function firstOfEachFamily(chains: readonly InputChain[]): InputChain[] {
  const first = (wanted: string) => chains.find(({ family }) => family === wanted);
  const both = first("inet");
  return both ? [both] : [first("ip"), first("ip6")].filter((chain) => chain !== undefined);
}

/** A chain of one family takes its sources only; a chain of both takes them all. */
function sourcesIn({ family }: InputChain, sources: readonly Source[]): Source[] {
  if (family === "inet") return [...sources];
  const own = family === "ip" ? 4 : 6;
  return sources.filter((source) => source.family === undefined || source.family === own);
}

function tablesOf(rules: readonly { readonly chain: InputChain }[]): InputChain[] {
  const tables = new Map(rules.map(({ chain }) => [`${chain.family} ${chain.table}`, chain]));
  return [...tables.values()];
}

function insert(request: RuleRequest, chain: InputChain, source: Source): Step {
  const at = [chain.family, chain.table, chain.name];
  const comment = commentOf(request, source);
  const rules: NftRules = { family: chain.family, table: chain.table, chain: chain.name, comment };
  const remove: Step = {
    what: `take the rule ${comment} out of ${at.join(" ")}`,
    argv: ["nft", "delete", "rule", ...at, "handle", HANDLE],
    risk: "none",
    each: rules,
    undo: [],
  };
  return {
    what: describeStep(request, source),
    argv: ["nft", "-e", "-a", "-j", "insert", "rule", ...at, ...expressionOf(request, chain, source)],
    risk: riskOf(request),
    unless: { kind: "finds-rule", rules },
    undo: [remove],
  };
}

/** Several rules of one request are told apart by what they let in: nft knows them by their comments alone. */
function commentOf(request: RuleRequest, { cidr }: Source): string {
  return cidr ? `${ruleMark(request.id)} ${formatCidr(cidr)}` : ruleMark(request.id);
}

function expressionOf(request: RuleRequest, chain: InputChain, source: Source): string[] {
  const ports = request.forMs === undefined ? formatPorts(request.ports, "-") : `@${setName(request)}`;
  return [
    ...interfaceOf(request),
    ...familyOf(chain, source),
    request.protocol,
    "dport",
    ports,
    request.action === "open" ? "accept" : "drop",
    "comment",
    `"${commentOf(request, source)}"`,
  ];
}

function familyOf(chain: InputChain, { cidr, family }: Source): string[] {
  if (cidr) return [cidr.address.family === 4 ? "ip" : "ip6", "saddr", formatCidr(cidr)];
  if (family === undefined || chain.family !== "inet") return [];
  return ["meta", "nfproto", family === 4 ? "ipv4" : "ipv6"];
}

function interfaceOf(request: RuleRequest): string[] {
  if (request.interface !== undefined) return ["iifname", `"${request.interface}"`];
  return request.action === "close" ? ["iifname", "!=", `"lo"`] : [];
}

function setName({ id }: RuleRequest): string {
  return `portguard_${id}`;
}

/** The set is made first and filled second; when its element has expired, the rule that asks it matches nothing. */
function setSteps(request: RuleRequest, { family, table }: InputChain): Step[] {
  const name = setName(request);
  const at = [family, table, name];
  const exists = { kind: "finds-set", set: { family, table, set: name } } as const;
  const seconds = Math.max(1, Math.ceil((request.forMs ?? 0) / 1000));
  const ports = formatPorts(request.ports, "-");
  const remove: Step = {
    what: `take away the set ${name}`,
    argv: ["nft", "delete", "set", ...at],
    risk: "none",
    when: exists,
    undo: [],
  };
  return [
    {
      what: `make a set in ${family} ${table} whose ports expire`,
      argv: ["nft", "add", "set", ...at, "{ type inet_service; flags interval,timeout; }"],
      risk: "none",
      unless: exists,
      undo: [remove],
    },
    {
      what: `put ${ports} into it for ${seconds} s`,
      argv: ["nft", "add", "element", ...at, `{ ${ports} timeout ${seconds}s }`],
      risk: "none",
      undo: [],
    },
  ];
}

function planned(request: RuleRequest, chain: InputChain, source: Source): PlannedRule {
  const { family, table, name } = chain;
  // Judged as it works while it is in force: by its ports, not by the set that they stand in.
  const { forMs: _, ...lasting } = request;
  const match = matchOf(request, source);
  const verdict = request.action === "open" ? "accept" : "drop";
  return {
    place: { kind: "nft", family, table, chain: name, at: "first" },
    ...(source.family !== undefined && { family: source.family }),
    match,
    verdict,
    text: expressionOf(lasting, chain, source).join(" "),
    expr: nftExprOf(match, family, verdict, source.family),
  };
}

function refuseWithoutChain(request: RuleRequest): Planned {
  const because =
    request.action === "open"
      ? "no nftables chain of this machine's own that hooks input refuses anything"
      : "no nftables chain of this machine's own hooks input";
  const hint =
    request.action === "open"
      ? "`portguard reach` names what blocks the port"
      : "the rules are kept by another tool: name it with --backend";
  return { kind: "no-plan", backend: "nft", because, hint };
}
