import type { Cause } from "../cause.ts";
import { findStopped } from "../reading/stop-kind.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { mendStopped } from "../remedies/firewall.ts";
import { describeDecider } from "../words/describe-rule.ts";
import { describeWay, showStopped } from "../words/describe-stopped.ts";

export const firewallDrops: Cause = {
  code: "FIREWALL_DROPS",
  stage: "firewall",
  summary: "a rule of this machine's firewall, or a chain's policy, drops the packets",
  explain: [
    "The rules of iptables and nftables were read and asked, in the order in which the kernel does: this one throws the",
    "packet away, and its client waits until it gives up. Every table and priority counts: what one accepts, another still",
    "drops, which is why an allow in one of them may not help.",
    "`portguard rule PORT` writes the rule that lets it in, where the owner of the rules (ufw, firewalld, …) keeps them.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: ["FIREWALLD_NOT_LOADED", "FIREWALLD_OTHER_ZONE"],
  judge(facts) {
    const [first] = findStopped(facts, "drops");
    if (!first) return undefined;
    return {
      severity: stopSeverity(facts, first),
      title: `${describeWay(facts, first)} is dropped by ${describeDecider(first.verdict)}`,
      evidence: showStopped(facts, first),
      remedies: mendStopped(facts, first),
    };
  },
};
