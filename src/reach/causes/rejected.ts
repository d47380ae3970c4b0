import { formatEndpoint } from "../../core/endpoint.ts";
import type { Evidence, Remedy } from "../../core/finding.ts";
import type { Cause } from "../cause.ts";
import { describeListening } from "../words/describe.ts";
import { type Failed, findFailed, severityFor } from "../reading/failures.ts";
import type { Facts, Listener } from "../facts.ts";
import { nameRejects } from "../reading/reject-types.ts";
import { isLetThrough } from "../reading/stopped.ts";
import { lookAtRules } from "../remedies/rules.ts";
import { findServingAt } from "../reading/tries.ts";
import { leads, neighbourAt, routeTo, showRoute } from "../reading/ways.ts";

export const rejected: Cause = {
  code: "REJECTED",
  stage: "firewall",
  summary: "a firewall rule with REJECT (or a router) turns the connection away",
  explain: [
    "A rule that rejects sends an answer at once, and the error of connect() tells which: for IPv4 icmp-host-unreachable,",
    "-host-prohibited and -admin-prohibited are EHOSTUNREACH, net-unreachable and -prohibited ENETUNREACH, port-unreachable",
    "and tcp-reset ECONNREFUSED; for IPv6 adm-prohibited, policy-fail and reject-route are EACCES, addr-unreachable",
    "EHOSTUNREACH, no-route ENETUNREACH. firewalld rejects in that way; Oracle's images end their INPUT chain with it.",
    "A rule of our own way out (OUTPUT) looks the same. A refusal alone may as well be a port that nobody listens on.",
  ],
  symptoms: ["refused", "unreachable", "prohibited", "other-failure"],
  needs: ["routes", "firewall"],
  dependsOn: [
    "ROUTE_REJECTS",
    "NEIGHBOUR_SILENT",
    "ZONE_MISSING",
    "MACOS_LOCAL_NETWORK",
    "BOUND_TO_DEVICE",
    "CONTAINER_PORT_DEAD",
    "CONTAINER_LOCALHOST_IPV6",
    "CONTAINER_PAUSED",
    "UNIT_LIMITS",
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
    "PF_BLOCKS",
  ],
  judge(facts) {
    const [first] = [...findRefusedThoughServed(facts), ...findTurnedAway(facts)];
    if (!first) return undefined;
    const { each, shown, listener } = first;
    const route = routeTo(facts, each.to.address);
    const at = formatEndpoint(each.to);
    const kinds = nameRejects(each.to.address.family, first.failure);
    const though = listener ? `, though ${describeListening(listener)}` : "";
    return {
      severity: severityFor(facts),
      title: facts.isLocal
        ? `${at} is rejected (${shown})${though}: ${isLetThrough(facts, each.to.address) ? "by this machine, and by no rule of its firewall" : "a firewall rule of this machine"}`
        : `${at} is rejected (${shown}) ${whereElse(facts, first)}`,
      evidence: [
        each.evidence,
        ...(kinds === "" ? [] : [explainError(shown, kinds)]),
        ...(route ? [showRoute(route)] : []),
      ],
      remedies: findRemedies(facts, first),
    };
  },
};

interface Turned extends Failed {
  readonly listener?: Listener;
}

/** Of this machine: somebody listens there, so nobody but a rule can have refused. */
function findRefusedThoughServed(facts: Facts): readonly Turned[] {
  if (!facts.isLocal || facts.request.target.protocol === "udp") return [];
  return findFailed(facts, "refused").flatMap((failed) => {
    const [listener] = findServingAt(facts, failed.each.to);
    return listener && takesItself(listener) ? [{ ...failed, listener }] : [];
  });
}

/** A published port goes past docker-proxy to its container, and who refuses is in there; whose socket it is must be seen. */
function takesItself({ row, owners }: Listener): boolean {
  return row.device === undefined && owners.length > 0 && owners.every(({ forwarder }) => forwarder === undefined);
}

/** The route is right, and the neighbour is there: then an answer of ICMP said it. */
function findTurnedAway(facts: Facts): readonly Turned[] {
  const failed = findFailed(facts, "host-unreachable", "network-unreachable", "prohibited", "protocol-unreachable");
  return failed.flatMap((each) => {
    const route = routeTo(facts, each.each.to.address);
    if (!route || !leads(route)) return [];
    const hop = route.gateway ?? each.each.to.address;
    const state = route.kind === "local" ? undefined : neighbourAt(facts, hop);
    if (state === "failed" || state === "incomplete") return [];
    const [listener] = facts.isLocal ? findServingAt(facts, each.each.to) : [];
    return [{ ...each, ...(listener && { listener }) }];
  });
}

function explainError(shown: string, kinds: string): Evidence {
  return { what: `${shown} is what ${kinds} gives`, source: "connect" };
}

function findRemedies(facts: Facts, { each, shown }: Failed): readonly Remedy[] {
  if (shown.startsWith("EPERM")) {
    return [
      {
        what: "see which rule of the way out, control group filter or security module of this machine forbids it",
        commands: [],
        risk: "none",
      },
    ];
  }
  const [there, ...own] = lookAtRules(facts, each.to);
  // A rule of our own way out can be looked for at once.
  return facts.isLocal || !there ? lookAtRules(facts, each.to) : [...own, there];
}

/** Where a rejection of another machine's address may come from; our own way out only where its rules don't let it through. */
function whereElse(facts: Facts, { each }: Failed): string {
  return isLetThrough(facts, each.to.address)
    ? "on the way, or there: by a firewall, or by a router that does not find it"
    : "on the way, there, or by this machine's own rules";
}
