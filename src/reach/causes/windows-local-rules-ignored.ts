import type { Cause } from "../cause.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { findWindowsStopped } from "../reading/windows-stopped.ts";
import { askAdministrator } from "../remedies/windows-firewall.ts";
import { describeWay } from "../words/describe-stopped.ts";
import { nameWindowsRule, showWindowsAsked, showWindowsRule } from "../words/describe-windows.ts";

export const windowsLocalRulesIgnored: Cause = {
  code: "WINDOWS_LOCAL_RULES_IGNORED",
  stage: "firewall",
  summary: "a rule lets the connection in, but a policy has the machine's own rules left out",
  explain: [
    "An administrator may have only the rules of the policy count (AllowLocalPolicyMerge=0, `apply local firewall rules: no`).",
    "What is added on the machine itself is then shown among the rules, and does nothing.",
    "Only the policy can let it in: the rule has to be put there.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["firewall"],
  dependsOn: [],
  judge(facts) {
    const stopped = findWindowsStopped(facts, "local-rules-ignored");
    if (!stopped) return undefined;
    const { asked, stop } = stopped;
    const { port, protocol } = facts.request.target;
    return {
      severity: stopSeverity(facts, stopped),
      title: `${describeWay(facts, stopped)} is blocked: the ${nameWindowsRule(stop.rule)} would let it in, and a policy has this machine's own rules left out`,
      evidence: [
        { what: `AllowLocalPolicyMerge is 0 for ${asked.profile} networks`, source: "registry" },
        showWindowsRule(stop.rule),
        showWindowsAsked(facts, stopped),
      ],
      remedies: [
        askAdministrator(`to put a rule for ${protocol} ${port} into the policy, or to have local rules count`),
      ],
    };
  },
};
