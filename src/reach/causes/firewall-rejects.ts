import type { Cause } from "../cause.ts";
import { findStopped } from "../reading/stop-kind.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { describeDecider } from "../words/describe-rule.ts";
import { describeWay, showStopped } from "../words/describe-stopped.ts";
import { mendStopped } from "../remedies/firewall.ts";

export const firewallRejects: Cause = {
  code: "FIREWALL_REJECTS",
  stage: "firewall",
  summary: "a rule of this machine's firewall rejects the connection, and tells its client so",
  explain: [
    "A rule that rejects sends an answer: a reset, or an ICMP message, which connect() reports as ECONNREFUSED, EHOSTUNREACH,",
    "ENETUNREACH, ENOPROTOOPT or EACCES. It is named here only where connect() got the very error that this rule gives.",
    "`portguard rule PORT` writes the rule that lets the port in, where the owner of the rules (ufw, firewalld, …) keeps them.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: ["FIREWALLD_NOT_LOADED", "FIREWALLD_OTHER_ZONE"],
  judge(facts) {
    const [first] = findStopped(facts, "rejects");
    if (!first) return undefined;
    const { reject, errno } = first.verdict;
    const told = errno === undefined ? (reject ?? "") : `${reject}: ${errno}`;
    return {
      severity: stopSeverity(facts, first),
      title: `${describeWay(facts, first)} is rejected (${told}) by ${describeDecider(first.verdict)}`,
      evidence: showStopped(facts, first),
      remedies: mendStopped(facts, first),
    };
  },
};
