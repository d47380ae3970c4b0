import type { Cause } from "../cause.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { findWindowsStopped } from "../reading/windows-stopped.ts";
import { letIn } from "../remedies/firewall.ts";
import { makePrivate } from "../remedies/windows-firewall.ts";
import { describeWay } from "../words/describe-stopped.ts";
import { nameWindowsRule, showWindowsAsked, showWindowsRule } from "../words/describe-windows.ts";

export const windowsBlocksByDefault: Cause = {
  code: "WINDOWS_BLOCKS_BY_DEFAULT",
  stage: "firewall",
  summary: "no rule of Windows' firewall lets the connection in, and what no rule speaks of is blocked",
  explain: [
    "The Windows firewall blocks what comes in unless a rule allows it, and a rule may hold for some kinds of network only: what",
    "is open on a private network is often closed on a public one, which every new network is taken for.",
    "`portguard rule PORT` writes the rule that lets it in; or make the network a private one, if it is yours.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["firewall"],
  // Where nobody listens, or only for this machine, no program is there that a rule could let in.
  dependsOn: [
    "PORTPROXY_STOPPED",
    "EXCLUDED_PORT_RANGE",
    "WSL_NAT",
    "LOOPBACK_ONLY",
    "PUBLISHED_ON_LOOPBACK",
    "NO_LISTENER",
  ],
  judge(facts) {
    const stopped = findWindowsStopped(facts, "default");
    if (!stopped) return undefined;
    const { asked, stop } = stopped;
    const { otherKind } = stop;
    const profile = asked.profile === "public" ? "public" : undefined;
    const only = otherKind
      ? `: the ${nameWindowsRule(otherKind)} is for ${namesOf(otherKind.rule.profiles)} networks`
      : "";
    return {
      severity: stopSeverity(facts, stopped),
      title: `${describeWay(facts, stopped)} is blocked by Windows' firewall, since no rule lets it in on a ${asked.profile} network${only}`,
      evidence: [
        { what: `what no rule speaks of is blocked on ${asked.profile} networks`, source: "registry" },
        ...(otherKind ? [showWindowsRule(otherKind)] : []),
        showWindowsAsked(facts, stopped),
      ],
      remedies: [...(otherKind ? makePrivate(facts, stopped) : []), letIn(facts, profile)],
    };
  },
};

function namesOf(profiles: readonly string[]): string {
  return profiles.join(" and ");
}
