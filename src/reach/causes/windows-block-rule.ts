import type { StoredRule } from "../../firewall/windows/model.ts";
import type { Cause } from "../cause.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { findWindowsStopped } from "../reading/windows-stopped.ts";
import { disableRule } from "../remedies/windows-firewall.ts";
import { describeWay } from "../words/describe-stopped.ts";
import { nameWindowsRule, showWindowsAsked, showWindowsRule } from "../words/describe-windows.ts";

export const windowsBlockRule: Cause = {
  code: "WINDOWS_BLOCK_RULE",
  stage: "firewall",
  summary: "a rule of Windows' firewall blocks the program or the port, whatever others allow",
  explain: [
    "In the Windows firewall what blocks is stronger than what allows, in whatever order they stand. Whoever cancels the prompt",
    '"allow this app through the firewall?" leaves two such rules for the program (TCP and UDP, `TCP Query User{…}`), and no rule',
    "that is added later helps against them.",
    "Switch that rule off, or delete it; then the rules that allow are heeded again.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["firewall"],
  dependsOn: [],
  judge(facts) {
    const stopped = findWindowsStopped(facts, "block-rule");
    if (!stopped) return undefined;
    const { rule } = stopped.stop;
    const left = isLeftByPrompt(rule) ? ", which a cancelled prompt left" : "";
    return {
      severity: stopSeverity(facts, stopped),
      title: `${describeWay(facts, stopped)} is blocked by the ${nameWindowsRule(rule)} of Windows' firewall${left}`,
      evidence: [showWindowsRule(rule), showWindowsAsked(facts, stopped)],
      remedies: [disableRule(rule)],
    };
  },
};

/** Windows names what its own prompt makes like this. */
function isLeftByPrompt({ id, store }: StoredRule): boolean {
  return store === "local" && /^(?:TCP|UDP) Query User\{/i.test(id);
}
