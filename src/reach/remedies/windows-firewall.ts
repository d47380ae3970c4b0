import type { Remedy } from "../../core/finding.ts";
import type { WindowsProfile } from "../../core/rule-request.ts";
import type { StoredRule } from "../../firewall/windows/model.ts";
import { powershell, quotePowershell } from "../../firewall/windows/powershell.ts";
import type { Facts } from "../facts.ts";
import { nameWindowsRule } from "../words/describe-windows.ts";
import type { WindowsWay } from "../ruled-way.ts";
import { excerpt } from "../words/excerpt.ts";

/** Only whoever manages the machine can change what came by a policy. */
export function askAdministrator(what: string): Remedy {
  return { what: `ask whoever manages this machine ${what}`, commands: [], risk: "none" };
}

/** Switched off, a rule keeps its place, and comes back whole. */
export function disableRule(rule: StoredRule): Remedy {
  const name = nameWindowsRule(rule);
  if (rule.store !== "local") return askAdministrator(`to take the ${name} away: it came by a policy`);
  const named = nameRuleTo(rule);
  return {
    what: `as administrator, switch the ${name} off`,
    commands: [powershell(`Disable-NetFirewallRule ${named}`)],
    risk: "weakens",
    undo: `\`Enable-NetFirewallRule ${excerpt(named, 200)}\` in PowerShell`,
  };
}

/** Has a rule that names another program let in this one. */
export function pointRuleTo(rule: StoredRule, program: string, before: string): Remedy | undefined {
  if (rule.store !== "local") return undefined;
  const set = (path: string) => `Set-NetFirewallRule ${nameRuleTo(rule)} -Program ${quotePowershell(path)}`;
  return {
    what: `as administrator, have the ${nameWindowsRule(rule)} let in ${program} instead of ${before}`,
    commands: [powershell(set(program))],
    risk: "exposes",
    undo: `\`${set(before)}\` in PowerShell`,
  };
}

/** The cmdlets take a name for a pattern. */
function nameRuleTo({ id }: StoredRule): string {
  return `-Name ${quotePowershell(id.replaceAll(/[[\]*?`]/g, "`$&"))}`;
}

/** Of a network at home or at work; nothing where the interface is not known, or the network is no public one. */
export function makePrivate({ interfaces }: Facts, { way, asked }: WindowsWay): readonly Remedy[] {
  const name = way.kind === "in" ? way.interface : undefined;
  const index = interfaces.find((each) => each.name === name)?.index;
  if (index === undefined || asked.profile !== "public") return [];
  const set = (kind: string) => `Set-NetConnectionProfile -InterfaceIndex ${index} -NetworkCategory ${kind}`;
  return [
    {
      what: `as administrator, make the network of ${name} a private one, if you trust whoever is on it`,
      commands: [powershell(set("Private"))],
      risk: "weakens",
      undo: `\`${set("Public")}\` in PowerShell`,
    },
  ];
}

/** Has the rules asked again. */
export function lowerShields(profile: WindowsProfile): Remedy {
  const set = (allows: string) => `Set-NetFirewallProfile -Name ${profile} -AllowInboundRules ${allows}`;
  return {
    what: `as administrator, let rules open ports on ${profile} networks again (where a policy sets it, only an administrator of that can)`,
    commands: [powershell(set("True"))],
    risk: "weakens",
    undo: `\`${set("False")}\` in PowerShell`,
  };
}
