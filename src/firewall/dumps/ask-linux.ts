import type { FirewallAnswer } from "../../core/firewall-answer.ts";
import { answerOf } from "../answer.ts";
import { HIDDEN_FAMILY } from "../backends/nft/bytecode.ts";
import { evaluate } from "../evaluate.ts";
import type { RuleSet } from "../model.ts";
import type { Packet, Way } from "../packet.ts";
import { type Cases, casesOf } from "./cases.ts";
import { mentionedIn } from "./mentioned.ts";
import { openAnswer } from "./open-answer.ts";
import type { DumpQuestion } from "./question.ts";
import { type JudgedCase, settleCases } from "./settle-cases.ts";

/**
 * What Linux' rules do with the connection. What the question leaves open (the interface, the address, which client of a
 * network) is asked for every case that the rules tell apart: where they come to the same, that is the answer.
 */
export function askLinux(rules: RuleSet, question: DumpQuestion): FirewallAnswer {
  const cases = casesOf(question, mentionedIn(rules), countRules(rules));
  if ("because" in cases) return openAnswer(question, cases.because);
  const judged = packetsOf(question, cases).map((packet, index) => judge(rules, packet, index === 0));
  const answer = settleCases(question, cases, judged);
  const more = answer.verdict === "unknown" ? dumpThatTells(answer) : undefined;
  return more === undefined ? answer : { ...answer, because: `${answer.because}; ${more}` };
}

/** Which further dump would show what is not understood. */
function dumpThatTells({ trace }: FirewallAnswer): string | undefined {
  const open = trace.filter(({ matched }) => matched === "maybe");
  if (open.some(({ why }) => why === HIDDEN_FAMILY)) {
    return "what `nft --debug=netlink list ruleset` prints shows it: give it as well";
  }
  const isHidden = open.some(
    ({ rule: { backend, text } }) => backend === "nftables" && /\bxt (?:match|target)\b/.test(text),
  );
  return isHidden ? "what `iptables-save` and `ip6tables-save` print shows it: give it as well" : undefined;
}

function countRules({ tables }: RuleSet): number {
  return tables.reduce(
    (sum, { chains }) => [...chains.values()].reduce((all, each) => all + each.rules.length, sum),
    0,
  );
}

function packetsOf(question: DumpQuestion, { interfaces, destinations, sources }: Cases): Packet[] {
  const { protocol, port } = question;
  return interfaces.flatMap((name) =>
    destinations.flatMap((destination) =>
      sources.map((source): Packet => {
        const isSelf = question.from.kind === "self" || source.text === destination.text;
        const way: Way = isSelf ? { kind: "self" } : { kind: "in", ...(name !== undefined && { interface: name }) };
        return { protocol, port, source, destination, way, host: {} };
      }),
    ),
  );
}

/** One walk is shown; of the others, how they end. */
function judge(rules: RuleSet, packet: Packet, isShown: boolean): JudgedCase {
  const { source, destination, way } = packet;
  const by = way.kind === "in" ? way.interface : undefined;
  const verdict = evaluate(rules, packet);
  const answer = answerOf(isShown ? verdict : { ...verdict, trace: [] }, packet);
  return { source, destination, ...(by !== undefined && { interface: by }), answer };
}
