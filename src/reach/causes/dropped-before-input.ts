import type { Cause } from "../cause.ts";
import { findStopped } from "../reading/stop-kind.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { mendStopped } from "../remedies/firewall.ts";
import { describeDecider } from "../words/describe-rule.ts";
import { describeEnd, describeWay, showStopped } from "../words/describe-stopped.ts";

export const droppedBeforeInput: Cause = {
  code: "DROPPED_BEFORE_INPUT",
  stage: "firewall",
  summary: "a rule before INPUT (netdev ingress, raw or mangle PREROUTING) drops the packets",
  explain: [
    "Chains at the hooks ingress and prerouting are asked before INPUT and FORWARD: what they drop is seen by no rule behind",
    "them, so that INPUT looks empty or right, its counters stand still, and an allow in it helps nothing.",
    "`nft list ruleset` shows them all; `iptables -L` shows the table filter alone: `iptables -t raw -L`, `-t mangle`.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: [],
  judge(facts) {
    const [first] = findStopped(facts, "early");
    if (!first) return undefined;
    return {
      severity: stopSeverity(facts, first),
      title: `${describeWay(facts, first)} is ${describeEnd(first.verdict)} by ${describeDecider(first.verdict)}, at ${first.stop.hook}: INPUT is never asked`,
      evidence: showStopped(facts, first),
      remedies: mendStopped(facts, first),
    };
  },
};
