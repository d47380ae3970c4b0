import type { Endpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import type { Facts } from "../facts.ts";
import { isLetThrough } from "../reading/stopped.ts";

/** Shows the rules: on this machine by its own tool, elsewhere there. Rules that were read and let it through are not shown. */
export function lookAtRules(facts: Facts, to: Endpoint): readonly Remedy[] {
  const own = isLetThrough(facts, to.address) ? lookBeside(facts) : [lookAtOwn(facts, to)];
  if (facts.isLocal) return own;
  const { text } = to.address;
  const there = `on ${text}, see whether something listens on port ${to.port}, and which rule turns others away: \`portguard reach ${to.port} --from lan\``;
  return [{ what: there, commands: [], risk: "none" }, ...own];
}

function lookAtOwn({ system, isLocal }: Facts, to: Endpoint): Remedy {
  const what = `look for the rule that ${isLocal ? `keeps port ${to.port}` : "is in the way"} in this machine's firewall`;
  return { what, commands: COMMANDS[system], risk: "none" };
}

/** On another machine, its own rules are the better guess. */
function lookBeside({ isLocal }: Facts): readonly Remedy[] {
  if (!isLocal) return [];
  const what =
    "no rule of iptables or nftables does it: look for a BPF program (tc, XDP, a control group's) or a security module";
  return [{ what, commands: [["sudo", "bpftool", "net"]], risk: "none" }];
}

const COMMANDS: Readonly<Record<Facts["system"], readonly (readonly string[])[]>> = {
  linux: [
    ["sudo", "nft", "list", "ruleset"],
    ["sudo", "iptables-save"],
  ],
  macos: [["sudo", "pfctl", "-s", "rules"]],
  windows: [["netsh", "advfirewall", "show", "currentprofile"]],
};
