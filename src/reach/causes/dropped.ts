import { formatEndpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import { spaceOf } from "../reading/address-space.ts";
import type { Cause } from "../cause.ts";
import { describeListening } from "../words/describe.ts";
import { describeSilence, type Dropped, findDropped, severityFor } from "../reading/failures.ts";
import type { Facts } from "../facts.ts";
import { lookAtRules } from "../remedies/rules.ts";
import { findServingAt } from "../reading/tries.ts";
import { interfaceNamed, leads, routeTo, showRoute } from "../reading/ways.ts";

export const dropped: Cause = {
  code: "DROPPED",
  stage: "firewall",
  summary: "nothing comes back, though it was asked more than once: something on the way drops the packets",
  explain: [
    "A closed port answers with a reset. Silence means that the packets, or the answers, are thrown away: by a firewall that",
    "drops (of the other machine, of this one, of a cloud provider or a router), or because nobody has that address.",
    "From here it can't be told where; on the other machine, `portguard reach PORT --from` and this machine's address can.",
  ],
  symptoms: ["timeout"],
  needs: ["routes", "neighbourStates", "firewall"],
  dependsOn: [
    "ROUTE_REJECTS",
    "NEIGHBOUR_SILENT",
    "REVERSE_PATH_FILTER",
    "NO_RETURN_ROUTE",
    "CONNTRACK_FULL",
    "UNIT_LIMITS",
    "NAT_HAIRPIN",
    "WINDOWS_STEALTH",
    "PF_BLOCKS",
    "WINDOWS_BLOCK_RULE",
    "WINDOWS_SHIELDS_UP",
    "WINDOWS_LOCAL_RULES_IGNORED",
    "WINDOWS_RULE_FOR_OTHER_PROGRAM",
    "WINDOWS_BLOCKS_BY_DEFAULT",
    "MACOS_APPLICATION_FIREWALL",
    "BACKLOG_FULL",
    "FILES_EXHAUSTED",
    "PROCESS_STOPPED",
    "HELD_BY_DEBUGGER",
    "ACCEPT_STUCK",
    "CONTAINER_PAUSED",
    "CONTAINER_PORT_DEAD",
    "CONTAINER_LOCALHOST_IPV6",
    "BANNED",
    "TAILSCALE_RANGE",
    "VPN_KILL_SWITCH",
    "DROPPED_BEFORE_INPUT",
    "DNAT_TO_LOOPBACK",
    "LOOPBACK_NOT_EXEMPT",
    "RULE_BEHIND_REJECT",
    "ANSWER_DROPPED",
    "CONTAINER_TO_HOST",
    "FIREWALLD_NOT_LOADED",
    "FIREWALLD_OTHER_ZONE",
    "FIREWALL_REJECTS",
    "FIREWALL_DROPS",
    "XDP_PROGRAM",
  ],
  judge(facts) {
    const [first] = findDropped(facts);
    if (!first) return undefined;
    const { each } = first;
    const route = routeTo(facts, each.to.address);
    // A route that refuses does so at once: then the silence has another reason, and it is not the way.
    const way = route && leads(route) ? [showRoute(route)] : [];
    return {
      severity: severityFor(facts),
      title: tell(facts, first),
      evidence: [{ what: `${formatEndpoint(each.to)}: ${describeSilence(first)}`, source: "connect" }, ...way],
      remedies: findRemedies(facts, first),
    };
  },
};

function tell(facts: Facts, { each }: Dropped): string {
  const at = formatEndpoint(each.to);
  if (!facts.isLocal)
    return `${at} does not answer: it is off, or something on the way or there drops the packets or the answers`;
  const [listener] = findServingAt(facts, each.to);
  const though = listener ? `, though ${describeListening(listener)}` : "";
  return `${at} does not answer at all${though}: something on this machine drops the packets or the answers`;
}

function findRemedies(facts: Facts, { each }: Dropped): readonly Remedy[] {
  const rules = lookAtRules(facts, each.to);
  if (facts.isLocal) return rules;
  const { address } = each.to;
  const source = routeTo(facts, address)?.source?.text;
  const from = source === undefined ? "lan" : source;
  const there: Remedy = {
    what: `see whether ${address.text} is on, and still has that address; on it, \`portguard reach ${each.to.port} --from ${from}\` tells whether its own firewall or its way back is the reason`,
    commands: [],
    risk: "none",
  };
  return [there, ...providers(facts, each), ...rules.slice(1)];
}

/** Who else may stand between: it depends on whose address it is. */
function providers(facts: Facts, { to }: Dropped["each"]): readonly Remedy[] {
  const isPublic = spaceOf(to.address) === "public";
  const route = routeTo(facts, to.address);
  const wireless = route?.gateway === undefined && interfaceNamed(facts, route?.interface)?.wireless === true;
  const may = [
    ...(isPublic
      ? ["a cloud provider's firewall (security group) before it", "a router without a port forwarding"]
      : []),
    ...(wireless ? ["an access point that keeps its clients from each other (AP isolation)"] : []),
  ];
  return may.length === 0 ? [] : [{ what: `look also for ${may.join(", or ")}`, commands: [], risk: "none" }];
}
