import type { Cause } from "../cause.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { findWindowsStopped } from "../reading/windows-stopped.ts";
import { letIn } from "../remedies/firewall.ts";
import { pointRuleTo } from "../remedies/windows-firewall.ts";
import { describeWay } from "../words/describe-stopped.ts";
import { nameWindowsRule, showWindowsAsked, showWindowsRule } from "../words/describe-windows.ts";

export const windowsRuleForOtherProgram: Cause = {
  code: "WINDOWS_RULE_FOR_OTHER_PROGRAM",
  stage: "firewall",
  summary: "the rule that should let the server in names another program file than the one that runs",
  explain: [
    "A rule of the Windows firewall that has a program is for exactly that file. After an update, or where a version manager",
    "(nvm, pyenv, a virtual environment) runs another node.exe or python.exe, the rule is for one that is not used any more.",
    "A rule for the port holds whichever program listens; or have the rule name the new file.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["firewall"],
  dependsOn: [],
  judge(facts) {
    const stopped = findWindowsStopped(facts, "other-program");
    if (!stopped) return undefined;
    const { asked, stop } = stopped;
    const [named, actual] = [stop.rule.rule.program ?? "", asked.program ?? ""];
    const repointed = pointRuleTo(stop.rule, actual, named);
    return {
      severity: stopSeverity(facts, stopped),
      title: `${describeWay(facts, stopped)} is blocked: the ${nameWindowsRule(stop.rule)} lets in ${named}, and ${actual} listens`,
      evidence: [showWindowsRule(stop.rule), showWindowsAsked(facts, stopped)],
      remedies: [letIn(facts, asked.profile === "public" ? "public" : undefined), ...(repointed ? [repointed] : [])],
    };
  },
};
