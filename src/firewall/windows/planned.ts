import type { RuleRequest, WindowsProfile } from "../../core/rule-request.ts";
import type { AddressSpec, WindowsRule } from "./model.ts";

/** The rule that netsh or PowerShell would make of this request, as the registry would have it. */
export function plannedWindowsRule(request: RuleRequest, profiles: readonly WindowsProfile[]): WindowsRule {
  return {
    kind: "rule",
    version: { major: 2, minor: 30 },
    action: request.action === "open" ? "allow" : "block",
    active: true,
    direction: "in",
    profiles: profiles.length === 3 ? [] : profiles,
    protocol: request.protocol === "tcp" ? 6 : 17,
    localPorts: [{ kind: "ports", ...request.ports }],
    remotePorts: [],
    localAddresses: [],
    remoteAddresses: remoteOf(request),
    ...(request.program !== undefined && { program: request.program }),
    name: `portguard-${request.id}`,
    rest: [],
  };
}

function remoteOf({ from }: RuleRequest): AddressSpec[] {
  switch (from.kind) {
    case "lan":
      return ([4, 6] as const).map((family) => ({ kind: "keyword", family, keyword: "LocalSubnet" }));
    case "anywhere":
      return [];
    case "network":
      return [{ kind: "network", network: { address: from.address, prefix: from.prefix } }];
  }
}
