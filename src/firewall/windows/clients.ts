import { formatHostPort } from "../../core/address.ts";
import type { NetworkInterface } from "../../core/network.ts";
import type { WindowsProfile } from "../../core/rule-request.ts";
import type { Client, Fate } from "../judge-plan.ts";
import { lanNetworks } from "../lan.ts";
import type { Packet } from "../packet.ts";
import type { PlannedRule } from "../write/plan.ts";
import { type WindowsVerdict, nameOfRule } from "./evaluate.ts";
import { type WindowsQuestion, type WindowsServer, judgeWindows } from "./judge.ts";
import type { StoredRule, WindowsFirewall } from "./model.ts";
import { type NetworkKinds, kindsOf } from "./network-kinds.ts";
import { parseWindowsRule } from "./parse.ts";

/** What a client is judged by, besides its packet. */
export interface WindowsPlace {
  readonly firewall: WindowsFirewall;
  readonly interfaces: readonly NetworkInterface[];
  /** Nothing: not known. */
  readonly kinds?: NetworkKinds;
  /** All that may take the connection; at least one. */
  readonly servers: readonly WindowsServer[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The question that a packet from another machine is to this firewall. */
export function questionOf(packet: Packet, { interfaces, kinds, servers, environment }: WindowsPlace): WindowsQuestion {
  const { protocol, port, source, destination, way } = packet;
  return {
    connection: {
      protocol,
      port,
      local: destination,
      remote: source,
      localSubnets: lanNetworks(interfaces),
      environment,
      version: { major: 10, minor: 0 },
    },
    profiles: kindsOf(kinds, interfaces, way.kind === "in" ? way.interface : undefined),
    servers,
  };
}

/** Each packet's client. */
export function windowsClientsOf(packets: readonly Packet[], place: WindowsPlace): Client[] {
  return packets.map((packet) => ({
    text: `${packet.source.text} to ${formatHostPort(packet.destination, packet.port)}`,
    fateWith: (planned) => judge(packet, planned, place),
  }));
}

function judge(packet: Packet, planned: readonly PlannedRule[], place: WindowsPlace): Fate {
  if (packet.way.kind === "self") {
    return { kind: "passes", because: "the firewall leaves what stays on this machine alone" };
  }
  const { firewall } = place;
  const rules = [...firewall.rules, ...planned.map(({ text }) => asStored(text))];
  const { verdict, asked } = judgeWindows({ ...firewall, rules }, questionOf(packet, place));
  return fateOf(verdict, asked.profile);
}

function asStored(text: string): StoredRule {
  return { id: "portguard", store: "local", text, rule: parseWindowsRule(text) };
}

function fateOf(verdict: WindowsVerdict, profile: WindowsProfile): Fate {
  const { kind, because } = verdict;
  switch (kind) {
    case "accept":
      return { kind: "passes", because };
    case "unknown":
      return { kind: "unknown", because };
    case "drop":
      return { kind: "blocked", because, mend: mendOf(verdict, profile) };
  }
}

/** Blocking is stronger than any allowing; what no rule speaks of wants one for this kind of network. */
function mendOf({ by, rule }: WindowsVerdict, profile: WindowsProfile): string {
  if (by === "shields-up") {
    return `with "block all incoming connections" no rule helps: \`Set-NetFirewallProfile -Name ${profile} -AllowInboundRules True\` in PowerShell ends it`;
  }
  if (!rule) return `a rule for this kind of network lets it in: \`--profile ${profile}\``;
  const name = nameOfRule(rule);
  return `the rule \`${name}\` would have to go, since what blocks is stronger than what allows`;
}
