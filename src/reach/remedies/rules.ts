import type { Endpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import type { Facts } from "../facts.ts";

/** Shows the rules: on this machine by its own tool, elsewhere there. */
export function lookAtRules({ system, isLocal }: Pick<Facts, "system" | "isLocal">, to: Endpoint): readonly Remedy[] {
  const own: Remedy = {
    what: `look for the rule that ${isLocal ? `keeps port ${to.port}` : "is in the way"} in this machine's firewall`,
    commands: COMMANDS[system],
    risk: "none",
  };
  if (isLocal) return [own];
  const { text } = to.address;
  const there = `on ${text}, see whether something listens on port ${to.port}, and which rule turns others away: \`portguard reach ${to.port} --from lan\``;
  return [{ what: there, commands: [], risk: "none" }, own];
}

const COMMANDS: Readonly<Record<Facts["system"], readonly (readonly string[])[]>> = {
  linux: [
    ["sudo", "nft", "list", "ruleset"],
    ["sudo", "iptables-save"],
  ],
  macos: [["sudo", "pfctl", "-s", "rules"]],
  windows: [["netsh", "advfirewall", "show", "currentprofile"]],
};
