import { isLoopback } from "../../core/address.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import type { Cause } from "../cause.ts";
import { type Failed, findFailed, isReached } from "../reading/failures.ts";
import type { Facts } from "../facts.ts";
import { lacksIPv6 } from "../reading/lacks-ipv6.ts";
import { reachInstead, retarget } from "../words/target-text.ts";

export const noIpv6Here: Cause = {
  code: "NO_IPV6_HERE",
  stage: "route",
  summary: "the target is an IPv6 address, and this machine has no IPv6",
  explain: [
    "Where IPv6 is switched off (a kernel setting, most containers), no IPv6 address can be connected to, not even ::1, though",
    "the hosts file may still name it for localhost: EADDRNOTAVAIL or EAFNOSUPPORT.",
    "Use the IPv4 address, or switch IPv6 on.",
  ],
  symptoms: ["no-local-port", "other-failure"],
  needs: [],
  dependsOn: ["ZONE_MISSING"],
  judge(facts) {
    // Clients go on to the next address at once.
    if (isReached(facts)) return undefined;
    const lost = findFailed(facts, "no-local-port", "no-family").find((failed) => lacksIPv6(facts, failed));
    if (!lost) return undefined;
    const { address } = lost.each.to;
    return {
      severity: "blocks",
      title: `this machine has no IPv6${isLoopback(address) ? ", not even ::1" : " address"}: ${formatEndpoint(lost.each.to)} can't be connected to (${lost.shown})`,
      evidence: [
        lost.each.evidence,
        { what: `no interface has an address to reach ${address.text} from`, source: "interfaces" },
      ],
      remedies: findRemedies(facts, lost),
    };
  },
};

function findRemedies({ request: { target }, system, name }: Facts, { each }: Failed): readonly Remedy[] {
  const named = name?.kind === "addresses" ? name.addresses.find(({ family }) => family === 4)?.text : undefined;
  const instead = isLoopback(each.to.address) ? "127.0.0.1" : named;
  return [
    ...(instead === undefined ? [] : [reachInstead(`use ${instead}`, retarget(target, { host: instead }))]),
    ...(system === "linux" ? [SWITCH_ON] : []),
  ];
}

const SWITCH_ON: Remedy = {
  what: "switch IPv6 on",
  commands: [["sudo", "sysctl", "-w", "net.ipv6.conf.all.disable_ipv6=0"]],
  risk: "exposes",
  undo: "`sudo sysctl -w net.ipv6.conf.all.disable_ipv6=1`",
};
