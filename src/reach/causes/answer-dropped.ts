import type { Cause } from "../cause.ts";
import { findStopped } from "../reading/stop-kind.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { deleteRule } from "../remedies/firewall.ts";
import { lookAtRules } from "../remedies/rules.ts";
import { describeDecider } from "../words/describe-rule.ts";
import { describeWay, showStopped } from "../words/describe-stopped.ts";

export const answerDropped: Cause = {
  code: "ANSWER_DROPPED",
  stage: "firewall",
  summary: "the packets come in, and a rule on the way out drops the server's answer",
  explain: [
    "A connection needs both ways. A rule in OUTPUT (or a raw table that has the packets not tracked, so that `established`",
    "never holds for them) throws the server's SYN-ACK away: the client waits, though every rule for what comes in is right.",
    "Let answers out: `ct state established,related accept` before the rule that drops.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: [],
  judge(facts) {
    const [first] = findStopped(facts, "answer");
    if (!first) return undefined;
    const { protocol, port } = facts.request.target;
    const rule = first.verdict.rule;
    const remedies = rule ? deleteRule(rule) : [];
    const to = { protocol, address: first.candidate.address, port, dual: false };
    return {
      severity: stopSeverity(facts, first),
      title: `${describeWay(facts, first)} comes in, and the answer is dropped by ${describeDecider(first.verdict)}`,
      evidence: showStopped(facts, first),
      remedies: remedies.length > 0 ? remedies : lookAtRules(facts, to),
    };
  },
};
