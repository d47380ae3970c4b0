import type { Remedy } from "../../core/finding.ts";
import type { RuleRef } from "../../firewall/verdict.ts";
import type { Cause } from "../cause.ts";
import { recognizeRuleOwner } from "../../firewall/rule-owner.ts";
import { findStopped } from "../reading/stop-kind.ts";
import { EVERY_OUTCOME, stopSeverity, type Stopped } from "../reading/stopped.ts";
import { deleteRule } from "../remedies/firewall.ts";
import { describeDecider } from "../words/describe-rule.ts";
import { describeEnd, describeWay, showStopped } from "../words/describe-stopped.ts";

export const banned: Cause = {
  code: "BANNED",
  stage: "firewall",
  summary: "the client's address is banned (fail2ban, crowdsec, sshguard)",
  explain: [
    "fail2ban and its like watch logs, and put addresses that failed too often into a set or a chain that rejects or drops",
    "them for a time. Other clients get in, so nothing seems wrong with the server.",
    "Take the address off the list with the tool that put it there, and add it to its exceptions if it comes back.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: [],
  judge(facts) {
    const [first] = findStopped(facts, "banned");
    const rule = first?.verdict.rule;
    if (!first || !rule) return undefined;
    const does = describeEnd(first.verdict);
    return {
      severity: stopSeverity(facts, first),
      title: `${first.client.text} is banned: ${describeWay(facts, first)} is ${does} by ${describeDecider(first.verdict)}`,
      evidence: showStopped(facts, first),
      remedies: unban(first, rule),
    };
  },
};

function unban({ client: { text }, verdict }: Stopped, rule: RuleRef): readonly Remedy[] {
  const owner = recognizeRuleOwner(rule, verdict.trace)?.name;
  const isFail2ban = owner === "fail2ban" || /f2b|fail2ban/.test(rule.text);
  if (isFail2ban) {
    const argv = ["sudo", "fail2ban-client", "unban", text];
    return [{ what: `take ${text} off fail2ban's lists`, commands: [argv], risk: "weakens" }];
  }
  if (owner === "crowdsec" || rule.text.includes("crowdsec")) {
    const argv = ["sudo", "cscli", "decisions", "delete", "--ip", text];
    return [{ what: `take ${text} off crowdsec's decisions`, commands: [argv], risk: "weakens" }];
  }
  return deleteRule(rule);
}
