import { formatCidr } from "../../core/cidr.ts";
import { type RuleRequest, type WindowsProfile, formatPorts } from "../../core/rule-request.ts";
import type { Step } from "../../core/step.ts";
import { emitWindowsRule } from "../windows/emit.ts";
import { plannedWindowsRule } from "../windows/planned.ts";
import { powershell, quotePowershell } from "../windows/powershell.ts";
import { type NoPlan, type Planned, type RulePlan, describeStep, matchOf, revertOf, riskOf, show } from "./plan.ts";

export interface WindowsRuleFacts {
  /** What kind the networks are that this machine is on now; empty: not known. */
  readonly activeProfiles: readonly WindowsProfile[];
}

const NETSH = ["netsh", "advfirewall", "firewall"] as const;

/** By netsh, which every Windows has, and which answers at once. */
export function planNetsh(request: RuleRequest, facts: WindowsRuleFacts): Planned {
  const refused = refuseText("netsh", request) ?? refuseInterface(request);
  if (refused) return refused;
  const name = `name=${nameOf(request)}`;
  const argv = [
    ...NETSH,
    "add",
    "rule",
    name,
    "dir=in",
    `action=${request.action === "open" ? "allow" : "block"}`,
    `protocol=${request.protocol.toUpperCase()}`,
    `localport=${formatPorts(request.ports, "-")}`,
    `remoteip=${remoteOf(request, "any", "localsubnet")}`,
    `profile=${profilesOf(request, facts).join(",")}`,
    ...(request.program === undefined ? [] : [`program=${request.program}`]),
  ];
  const isThere = { kind: "succeeds", argv: [...NETSH, "show", "rule", name] } as const;
  const remove: Step = {
    what: `delete the rule ${nameOf(request)}`,
    argv: [...NETSH, "delete", "rule", name],
    risk: "none",
    when: isThere,
    undo: [],
  };
  const apply: Step = { ...baseOf(request), argv, unless: isThere, undo: [remove] };
  return planOf("netsh", request, facts, apply, [...NETSH, "show", "rule", name, "verbose"]);
}

/** By PowerShell: its rules have a unique name and a group, but the cmdlets take seconds. */
export function planPowershell(request: RuleRequest, facts: WindowsRuleFacts): Planned {
  const refused = refuseText("powershell", request);
  if (refused) return refused;
  const name = quotePowershell(nameOf(request));
  const words = [
    `New-NetFirewallRule -Name ${name} -DisplayName ${name} -Group 'portguard' -Direction Inbound`,
    `-Action ${request.action === "open" ? "Allow" : "Block"} -Protocol ${request.protocol.toUpperCase()}`,
    `-LocalPort ${formatPorts(request.ports, "-")} -RemoteAddress ${remoteOf(request, "Any", "LocalSubnet")}`,
    `-Profile ${profilesOf(request, facts).map(capitalize).join(",")}`,
    ...(request.interface === undefined ? [] : [`-InterfaceAlias ${quotePowershell(request.interface)}`]),
    ...(request.program === undefined ? [] : [`-Program ${quotePowershell(request.program)}`]),
  ];
  const find = powershell(`Get-NetFirewallRule -Name ${name} -ErrorAction Stop`);
  const isThere = { kind: "succeeds", argv: find } as const;
  const remove: Step = {
    what: `delete the rule ${nameOf(request)}`,
    argv: powershell(`Remove-NetFirewallRule -Name ${name} -ErrorAction Stop`),
    risk: "none",
    when: isThere,
    undo: [],
  };
  const argv = powershell(`${words.join(" ")} -ErrorAction Stop`);
  const apply: Step = { ...baseOf(request), argv, unless: isThere, undo: [remove] };
  return planOf("powershell", request, facts, apply, find);
}

function planOf(
  backend: "netsh" | "powershell",
  request: RuleRequest,
  facts: WindowsRuleFacts,
  apply: Step,
  shown: readonly string[],
): RulePlan {
  const rule = plannedWindowsRule(request, profilesOf(request, facts));
  return {
    kind: "plan",
    backend,
    rules: [
      {
        place: { kind: "windows" },
        match: {
          ...matchOf(request, sourceOf(request)),
          ...(request.program !== undefined && { program: request.program }),
        },
        verdict: request.action === "open" ? "accept" : "drop",
        text: emitWindowsRule(rule),
      },
    ],
    apply: [apply],
    verify: [show(`show the rule ${nameOf(request)}`, shown)],
    persist: [],
    revert: revertOf([apply], []),
    notes: request.action === "open" ? ["should a rule block it, that one is stronger, and would have to go"] : [],
    expires: false,
  };
}

function baseOf(request: RuleRequest): Pick<Step, "what" | "risk"> {
  return { what: describeStep(request, sourceOf(request)), risk: riskOf(request) };
}

function sourceOf({ from }: RuleRequest) {
  return from.kind === "network"
    ? { family: from.address.family, cidr: { address: from.address, prefix: from.prefix } }
    : {};
}

/** Without the colon of a comment's mark, so that no shell has anything to quote. */
function nameOf({ id }: RuleRequest): string {
  return `portguard-${id}`;
}

function remoteOf({ from }: RuleRequest, any: string, localSubnet: string): string {
  switch (from.kind) {
    case "lan":
      return localSubnet;
    case "anywhere":
      return any;
    case "network":
      return from.prefix === 0 ? (from.address.family === 4 ? "0.0.0.0-255.255.255.255" : "::/0") : formatCidr(from);
  }
}

/** The narrowest that helps here: the kind of network this machine is on, and never a public one unless it is named. */
function profilesOf(request: RuleRequest, { activeProfiles }: WindowsRuleFacts): readonly WindowsProfile[] {
  if (request.profile !== undefined) return [request.profile];
  if (request.action === "close") return ["domain", "private", "public"];
  const narrow = activeProfiles.filter((profile) => profile !== "public");
  return narrow.length > 0 ? narrow : ["private"];
}

function capitalize(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** No path and no name of Windows has these; a rule with them would be another one. */
function refuseText(backend: "netsh" | "powershell", { program, interface: name }: RuleRequest): NoPlan | undefined {
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  const odd = [program, name].find((text) => text !== undefined && /["|<>\u0000-\u001F]/.test(text));
  if (odd === undefined) return undefined;
  return { kind: "no-plan", backend, because: `\`${odd}\` is no path and no name that Windows has`, hint: "check it" };
}

function refuseInterface({ interface: name }: RuleRequest): NoPlan | undefined {
  if (name === undefined) return undefined;
  const because = `netsh can't limit a rule to the interface \`${name}\``;
  return { kind: "no-plan", backend: "netsh", because, hint: "PowerShell can: --backend powershell" };
}
