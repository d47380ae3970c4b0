import type { Cause } from "../cause.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { findWindowsStopped } from "../reading/windows-stopped.ts";
import { lowerShields } from "../remedies/windows-firewall.ts";
import { describeWay } from "../words/describe-stopped.ts";
import { showWindowsAsked } from "../words/describe-windows.ts";

export const windowsShieldsUp: Cause = {
  code: "WINDOWS_SHIELDS_UP",
  stage: "firewall",
  summary: "Windows' firewall blocks all that comes in on this kind of network, and heeds no rule that allows",
  explain: [
    'With "block all incoming connections, including those in the list of allowed apps" (DoNotAllowExceptions) the firewall asks',
    "no rule: nothing gets in, whatever is allowed. It is set for each kind of network by itself, by hand or by a policy.",
    "Take the tick away, or have whoever manages the machine do it.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["firewall"],
  dependsOn: [],
  judge(facts) {
    const stopped = findWindowsStopped(facts, "shields-up");
    if (!stopped) return undefined;
    const { profile } = stopped.asked;
    const setting = { what: `DoNotAllowExceptions is set for ${profile} networks`, source: "registry" };
    return {
      severity: stopSeverity(facts, stopped),
      title: `${describeWay(facts, stopped)} is blocked: Windows' firewall blocks all incoming connections on ${profile} networks`,
      evidence: [setting, showWindowsAsked(facts, stopped)],
      remedies: [lowerShields(profile)],
    };
  },
};
