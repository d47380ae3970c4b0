import type { AskedRule, FirewallAnswer, FirewallRule } from "../../core/firewall-answer.ts";
import { emitRule } from "./emit.ts";
import {
  evaluatePf,
  type PfAnchors,
  type PfAsked,
  type PfPacket,
  type PfRulePlace,
  type PfVerdict,
} from "./evaluate.ts";
import type { PfLine } from "./model.ts";

/** What one pf has. */
export interface PfRules {
  /** The main rule set. */
  readonly lines: readonly PfLine[];
  /** Nothing: none is known. */
  readonly anchors?: PfAnchors;
  /** `set skip on`: interfaces that are not filtered at all. */
  readonly skips: readonly string[];
  /** `set block-policy`; nothing: it was not said. */
  readonly blockPolicy?: "drop" | "return";
}

/** What pf does with a packet, as it is told to others. `asked`: the connection that it begins. */
export function answerOfPf(
  { lines, anchors, skips, blockPolicy }: PfRules,
  packet: PfPacket,
  asked: string,
): FirewallAnswer {
  const rest = { asked, assumed: [] };
  const skipped = skips.find((name) => name === packet.interface || `${name}0` === packet.interface);
  if (skipped !== undefined) {
    return { verdict: "accept", because: `pf leaves ${skipped} alone: \`set skip on ${skipped}\``, trace: [], ...rest };
  }
  const trace: PfAsked[] = [];
  const verdict = evaluatePf(lines, packet, anchors, trace);
  const told = { ...rest, trace: trace.map(showAsked) };
  if (verdict.kind === "block" && verdict.answer === "as-set" && blockPolicy === undefined) {
    const assumed = ["`set block-policy` is drop, as it is where nothing sets it"];
    return { ...told, ...tell(verdict, "drop", packet), assumed };
  }
  const lost =
    verdict.kind === "pass" ? findLostAnswer([...lines, ...[...(anchors?.values() ?? [])].flat()], verdict) : undefined;
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
      const rule = ruleAt(verdict.place ?? { position: 0 }, verdict.by);
      return { verdict: "accept", rule, because: `let through by ${placeOf(rule)}` };
    }
    case "block": {
      const rule = ruleAt(verdict.place, verdict.by);
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

function ruleAt({ anchor = "main", position }: PfRulePlace, text: string): FirewallRule {
  return { backend: "pf", table: anchor, chain: "rules", position, text };
}

function placeOf({ table, position, text }: FirewallRule): string {
  return `rule ${position} of ${table === "main" ? "pf" : `pf's anchor ${table}`}: \`${text}\``;
}

function showAsked({ place, text, matches }: PfAsked): AskedRule {
  const rule = ruleAt(place, text);
  const at = { packet: "request", hook: "in", rule };
  if (typeof matches === "string") return { ...at, matched: matches };
  return { ...at, matched: "maybe", why: matches.opaque };
}
