import type { Cause } from "../cause.ts";
import { findStopped } from "../reading/stop-kind.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { deleteRule, exemptLoopback } from "../remedies/firewall.ts";
import { describeDecider } from "../words/describe-rule.ts";
import { describeEnd, describeWay, showStopped } from "../words/describe-stopped.ts";

export const loopbackNotExempt: Cause = {
  code: "LOOPBACK_NOT_EXEMPT",
  stage: "firewall",
  summary: "the firewall stops this machine's connections to itself: its rules make no exception for lo",
  explain: [
    "Connections of this machine to its own addresses go through the same rules as others, on the interface lo. A rule set",
    "that refuses what it does not know (a default deny, a VPN's kill switch) has to let lo pass first.",
    "Put `-i lo -j ACCEPT` (nft: `iifname lo accept`) before everything else; nothing is opened to others by that.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: [],
  judge(facts) {
    const [first] = findStopped(facts, "loopback");
    const rule = first?.verdict.rule;
    if (!first || !rule) return undefined;
    const { hook } = first.stop;
    const isOut = hook === "output" || hook === "postrouting" || hook === "egress";
    return {
      severity: stopSeverity(facts, first),
      title: `this machine's own connection to ${describeWay(facts, first)} is ${describeEnd(first.verdict)} by ${describeDecider(first.verdict)}: the loopback is not exempt`,
      evidence: showStopped(facts, first),
      remedies: [exemptLoopback(rule, isOut ? "out" : "in"), ...deleteRule(rule)],
    };
  },
};
