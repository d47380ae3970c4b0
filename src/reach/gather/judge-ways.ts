import { evaluate } from "../../firewall/evaluate.ts";
import type { Chain, Hook, RuleSet, Table } from "../../firewall/model.ts";
import type { Packet } from "../../firewall/packet.ts";
import type { Arrival, RuleRef, TraceLine, Verdict } from "../../firewall/verdict.ts";
import type { LinuxWay, Stop } from "../ruled-way.ts";
import type { AskedWay } from "./ways.ts";

/** Evaluates each, and what a reader will ask next: what if this rule were not there. */
export function judgeWays(rules: RuleSet, ways: readonly AskedWay[]): readonly LinuxWay[] {
  return ways.map(({ candidate, packet }) => {
    const verdict = judgeWay(rules, packet);
    const { source: client, way } = packet;
    const sentTo = findSentTo(rules, packet, verdict);
    return {
      by: "linux",
      candidate,
      client,
      way,
      verdict,
      ...(sentTo && { sentTo }),
      ...explain(rules, packet, verdict),
    };
  });
}

/** A port that the kernel gives clients by itself, where nobody has changed which. */
const USUAL_PORT = 50_123;

/**
 * Some rule sets hang on the client's own port, which is not known. Of our own connection a usual one is tried then: what it
 * meets is believed only where connect() met the same.
 */
function judgeWay(rules: RuleSet, packet: Packet): Verdict {
  const verdict = evaluate(rules, packet);
  if (verdict.kind !== "unknown" || packet.way.kind === "in") return verdict;
  const usual = evaluate(rules, { ...packet, sourcePort: USUAL_PORT });
  return usual.kind === "drop" || usual.kind === "reject" ? usual : verdict;
}

/** Of what does not get there, by the chains that translate alone. */
function findSentTo(rules: RuleSet, packet: Packet, { kind, arrives }: Verdict): Arrival | undefined {
  if (packet.way.kind !== "in") return undefined;
  const to = kind === "accept" ? arrives : evaluate(onlyNat(rules), packet).arrives;
  return to && (to.forwarded || to.port !== packet.port) ? to : undefined;
}

function explain(rules: RuleSet, packet: Packet, verdict: Verdict): Pick<LinuxWay, "stop" | "untranslated"> {
  switch (verdict.kind) {
    case "unknown":
      return {};
    case "accept":
      return verdict.arrives?.forwarded === true ? { untranslated: evaluate(withoutNat(rules), packet) } : {};
    case "drop":
    case "reject":
      return { stop: findStop(rules, packet, verdict) };
  }
}

function findStop(rules: RuleSet, packet: Packet, { rule, trace }: Verdict): Stop {
  if (!rule) return { lost: "request", needsLocalnet: needsLocalnet(rules, packet) };
  // A policy has no line of its own: the last rule that was asked before it tells where the packet was.
  const isIts = (line: TraceLine) =>
    isSameChain(line.rule, rule) &&
    (rule.position === undefined || (line.rule.position === rule.position && line.matched !== "no"));
  const line = trace.findLast(isIts);
  const hook = line?.hook ?? hookOf(rules, rule);
  const without = rule.position === undefined ? undefined : evaluate(withoutRule(rules, rule), packet);
  return {
    lost: line?.packet ?? lostAt(packet, hook),
    ...(hook && { hook }),
    ...(without && { without }),
    needsLocalnet: false,
  };
}

/** An empty chain drops whatever comes by first: of a connection from elsewhere, only its answer goes out. */
function lostAt({ way }: Packet, hook: Hook | undefined): Stop["lost"] {
  return way.kind === "in" && (hook === "output" || hook === "egress") ? "reply" : "request";
}

function hookOf({ tables }: RuleSet, rule: RuleRef): Hook | undefined {
  return tables.find((table) => isTableOf(table, rule))?.chains.get(rule.chain)?.base?.hook;
}

/** Only where the kernel is known not to send packets on to 127.0.0.1, and would not drop them itself then. */
function needsLocalnet(rules: RuleSet, packet: Packet): boolean {
  if (packet.host.routeLocalnet !== false) return false;
  const { kind, rule } = evaluate(rules, { ...packet, host: { ...packet.host, routeLocalnet: true } });
  return kind !== "drop" || rule !== undefined;
}

function isSameChain(a: RuleRef, b: RuleRef): boolean {
  return a.backend === b.backend && a.family === b.family && a.table === b.table && a.chain === b.chain;
}

function isTableOf({ backend, family, name }: Table, rule: RuleRef): boolean {
  return backend === rule.backend && family === rule.family && name === rule.table;
}

function withoutRule(rules: RuleSet, rule: RuleRef): RuleSet {
  const isIt = (chain: Chain) => chain.name === rule.chain;
  return mapChains(rules, (table, chain) => {
    if (!isTableOf(table, rule) || !isIt(chain)) return chain;
    return { ...chain, rules: chain.rules.filter(({ position }) => position !== rule.position) };
  });
}

function withoutNat(rules: RuleSet): RuleSet {
  return mapChains(rules, (_, chain) => (chain.base?.type === "nat" ? { ...chain, rules: [] } : chain));
}

function onlyNat(rules: RuleSet): RuleSet {
  return mapChains(rules, (_, chain) => {
    if (!chain.base || chain.base.type === "nat") return chain;
    return { ...chain, base: { ...chain.base, policy: "accept" }, rules: [] };
  });
}

function mapChains(rules: RuleSet, change: (table: Table, chain: Chain) => Chain): RuleSet {
  const tables = rules.tables.map((table) => {
    const chains = new Map([...table.chains].map(([name, chain]) => [name, change(table, chain)]));
    return { ...table, chains };
  });
  return { ...rules, tables };
}
