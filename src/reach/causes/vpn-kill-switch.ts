import type { Remedy } from "../../core/finding.ts";
import type { Cause } from "../cause.ts";
import { recognizeRuleOwner } from "../../firewall/rule-owner.ts";
import { findStopped } from "../reading/stop-kind.ts";
import { EVERY_OUTCOME, stopSeverity, type Stopped } from "../reading/stopped.ts";
import { describeDecider } from "../words/describe-rule.ts";
import { describeEnd, describeWay, showStopped } from "../words/describe-stopped.ts";

export const vpnKillSwitch: Cause = {
  code: "VPN_KILL_SWITCH",
  stage: "firewall",
  summary: "a VPN lets nothing past its tunnel, not even to this network or this machine itself",
  explain: [
    "A kill switch is a rule or a policy that drops whatever does not leave or come by the tunnel, so that nothing leaks when",
    "the VPN is down. The LAN, containers and sometimes the loopback are caught by it, too, and it often stays when the VPN",
    "has crashed.",
    "VPNs have a setting that lets the local network pass; with wg-quick's own rule it is `-m addrtype ! --dst-type LOCAL`",
    "that exempts the machine itself, and a `-d` of the LAN's network in front of it that exempts the LAN.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: [],
  judge(facts) {
    const [first] = findStopped(facts, "kill-switch");
    if (!first) return undefined;
    const what = first.stop.lost === "request" ? "" : "comes in, and the answer ";
    return {
      severity: stopSeverity(facts, first),
      title: `${describeWay(facts, first)} ${what}is ${describeEnd(first.verdict)} by ${describeDecider(first.verdict)}: a VPN lets nothing past its tunnel`,
      evidence: showStopped(facts, first),
      remedies: letLocalPass(first),
    };
  },
};

/** Each VPN has its own setting; a rule of ours in a VPN's table would be gone with its next connection. */
function letLocalPass({ verdict: { rule, trace } }: Stopped): readonly Remedy[] {
  const name = rule && recognizeRuleOwner(rule, trace)?.name;
  const commands = COMMANDS.get(name ?? "");
  const what = "allow the local network in the VPN's settings";
  const own: Remedy = commands
    ? { what, commands: [commands.on], risk: "weakens", undo: `\`${commands.off}\`` }
    : { what: `${what}, or disconnect it where it is not needed`, commands: [], risk: "weakens" };
  return [own];
}

const COMMANDS: ReadonlyMap<string, { readonly on: readonly string[]; readonly off: string }> = new Map([
  ["mullvad", { on: ["mullvad", "lan", "set", "allow"], off: "mullvad lan set block" }],
  ["nordvpn", { on: ["nordvpn", "set", "lan-discovery", "on"], off: "nordvpn set lan-discovery off" }],
]);
