import { formatEndpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import { isLinkLocal6 } from "../reading/address-space.ts";
import type { Cause } from "../cause.ts";
import { findFailed, severityFor } from "../reading/failures.ts";
import type { Facts } from "../facts.ts";
import { reachInstead, retarget } from "../words/target-text.ts";

const MOST_INTERFACES = 3;

export const zoneMissing: Cause = {
  code: "ZONE_MISSING",
  stage: "name",
  summary: "a link-local IPv6 address (fe80::…) was given without the interface that it is meant on",
  explain: [
    "Every interface has a network fe80::/64 of its own, so fe80::1 alone does not say where to send: the system answers",
    "EINVAL. A .local name may stand for such an address, too.",
    "Write the interface behind it, as in [fe80::1%eth0], or use the host's IPv4 address.",
  ],
  symptoms: ["invalid", "unreachable", "other-failure"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    const failed = findFailed(facts, "invalid", "host-unreachable", "network-unreachable", "other");
    const lost = failed.find(({ each: { to } }) => isLinkLocal6(to.address) && to.address.scopeId === 0);
    if (!lost) return undefined;
    const { host } = facts.request.target;
    const zone = host.kind === "address" ? host.zone : undefined;
    const { text } = lost.each.to.address;
    const stands = host.kind === "name" ? `${host.name} is ${text}, a` : `${text} is a`;
    const names = facts.interfaces.map(({ name }) => name).join(", ");
    return {
      severity: severityFor(facts),
      title:
        zone === undefined
          ? `${stands} link-local address without its interface: ${formatEndpoint(lost.each.to)} could be on any`
          : `this machine has no interface ${zone}: [${text}%${zone}]:${lost.each.to.port} can't be found`,
      evidence: [lost.each.evidence, { what: `the interfaces of this machine are ${names}`, source: "interfaces" }],
      remedies: [...nameInterfaces(facts, text), ...useIPv4(facts)],
    };
  },
};

/** The interfaces that have a link-local network. */
function nameInterfaces({ interfaces, request: { target } }: Facts, text: string): readonly Remedy[] {
  return interfaces
    .filter(({ loopback, addresses }) => !loopback && addresses.some(({ address }) => isLinkLocal6(address)))
    .slice(0, MOST_INTERFACES)
    .map(({ name }) => reachInstead(`if it is on ${name}, say so`, retarget(target, { host: `[${text}%${name}]` })));
}

function useIPv4({ name, request: { target } }: Facts): readonly Remedy[] {
  const other = name?.kind === "addresses" ? name.addresses.find(({ family }) => family === 4) : undefined;
  return other ? [reachInstead(`use ${other.text}`, retarget(target, { host: other.text }))] : [];
}
