import type { AskedRule, FirewallAnswer, FirewallRule } from "../../core/firewall-answer.ts";
import { evaluatePf, type PfAsked, type PfPacket, type PfVerdict } from "../pf/evaluate.ts";
import { emitRule } from "../pf/emit.ts";
import type { PfLine, PfPlace } from "../pf/model.ts";
import { networkBounds } from "./address-bounds.ts";
import { type Cases, casesOf } from "./cases.ts";
import type { Mentioned } from "./mentioned.ts";
import { describeQuestion, openAnswer } from "./open-answer.ts";
import type { DumpQuestion } from "./question.ts";
import type { PfDump } from "./read-pf.ts";
import { settleCases } from "./settle-cases.ts";

/** What pf's rules do with the connection, asked for every case that they tell apart. */
export function askPf(dump: PfDump, question: DumpQuestion): FirewallAnswer {
  const cases = casesOf(question, mentionedByPf(dump.lines), dump.lines.length);
  if ("because" in cases) return openAnswer(question, cases.because);
  return settleCases(
    question,
    cases,
    casesIn(question, cases).map((packet) => ({ ...packet, answer: judge(dump, packet, question) })),
  );
}

function casesIn({ protocol, port, from }: DumpQuestion, { interfaces, destinations, sources }: Cases): PfPacket[] {
  return interfaces.flatMap((name) =>
    destinations.flatMap((destination) =>
      sources.map((source): PfPacket => {
        const by = from.kind === "self" || source.text === destination.text ? "lo0" : name;
        return { protocol, port, source, destination, ...(by !== undefined && { interface: by }) };
      }),
    ),
  );
}

function judge({ lines, skips, blockPolicy }: PfDump, packet: PfPacket, question: DumpQuestion): FirewallAnswer {
  const rest = { asked: describeQuestion(question), assumed: [] };
  const skipped = skips.find((name) => name === packet.interface || `${name}0` === packet.interface);
  if (skipped !== undefined) {
    return { verdict: "accept", because: `pf leaves ${skipped} alone: \`set skip on ${skipped}\``, trace: [], ...rest };
  }
  const trace: PfAsked[] = [];
  const verdict = evaluatePf(lines, packet, new Map(), trace);
  const told = { ...rest, trace: trace.map(showAsked) };
  if (verdict.kind === "block" && verdict.answer === "as-set" && blockPolicy === undefined) {
    const assumed = ["`set block-policy` is drop, as it is where nothing sets it"];
    return { ...told, ...tell(verdict, "drop", packet), assumed };
  }
  const lost = verdict.kind === "pass" ? findLostAnswer(lines, verdict) : undefined;
  if (lost !== undefined) return { ...told, verdict: "unknown", because: lost };
  return { ...told, ...tell(verdict, blockPolicy ?? "drop", packet) };
}

/** Without a state, the server's answer has to be let out by a rule of its own. */
function findLostAnswer(lines: readonly PfLine[], { by }: Extract<PfVerdict, { kind: "pass" }>): string | undefined {
  if (by !== undefined && !/\bno state\b/.test(by)) return undefined;
  const out = lines.find((line) => line.kind === "rule" && line.action === "block" && line.direction !== "in");
  if (out?.kind !== "rule") return undefined;
  return `it comes in, but no state is kept of it, and \`${emitRule(out)}\` may stop the server's answer`;
}

type Told = Pick<FirewallAnswer, "verdict" | "because" | "rule" | "reject" | "errno">;

function tell(verdict: PfVerdict, policy: "drop" | "return", { protocol, interface: by }: PfPacket): Told {
  switch (verdict.kind) {
    case "unknown":
      return { verdict: "unknown", because: verdict.because };
    case "pass": {
      if (verdict.by === undefined) return { verdict: "accept", because: "let through: no rule is in its way" };
      const rule = ruleAt(verdict.position ?? 0, verdict.by);
      return { verdict: "accept", rule, because: `let through by ${placeOf(rule)}` };
    }
    case "block": {
      const rule = ruleAt(verdict.position, verdict.by);
      // pfctl -sr does not show `set skip`, and nearly every Mac has it for lo0.
      if (by === "lo0")
        return { verdict: "unknown", because: `whether pf leaves lo0 alone (\`set skip\`) is not told` };
      if ((verdict.answer === "as-set" ? policy : verdict.answer) === "drop") {
        const errno = protocol === "tcp" ? { errno: "ETIMEDOUT" } : {};
        return { verdict: "drop", rule, ...errno, because: `dropped by ${placeOf(rule)}` };
      }
      const reject = protocol === "tcp" ? "tcp-reset" : "port-unreachable";
      return {
        verdict: "reject",
        reject,
        errno: "ECONNREFUSED",
        rule,
        because: `rejected (${reject}) by ${placeOf(rule)}`,
      };
    }
  }
}

function ruleAt(position: number, text: string): FirewallRule {
  return { backend: "pf", table: "main", chain: "rules", position, text };
}

function placeOf({ position, text }: FirewallRule): string {
  return `rule ${position} of pf: \`${text}\``;
}

function showAsked({ position, text, matches }: PfAsked): AskedRule {
  const rule = ruleAt(position, text);
  const at = { packet: "request", hook: "in", rule };
  if (typeof matches === "string") return { ...at, matched: matches };
  return { ...at, matched: "maybe", why: matches.opaque };
}

function mentionedByPf(lines: readonly PfLine[]): Mentioned {
  const rules = lines.flatMap((line) => (line.kind === "rule" ? [line] : []));
  const names = rules.flatMap(({ on }) => (on ? [/\d$/.test(on.name) ? on.name : `${on.name}0`] : []));
  return {
    interfaces: new Set(names.filter((name) => name !== "lo0")),
    own: { bounds: boundsIn(rules.map(({ to }) => to)), isOdd: false },
    clients: { bounds: boundsIn(rules.map(({ from }) => from)), isOdd: false },
    translatedTo: new Set(),
  };
}

function boundsIn(places: readonly PfPlace[]): ReadonlySet<bigint> {
  const addresses = places.flatMap((place) => place.addresses);
  return new Set(addresses.flatMap(({ at }) => (at.kind === "network" ? networkBounds(at.network) : [])));
}
