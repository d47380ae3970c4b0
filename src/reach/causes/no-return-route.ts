import { type Address, isLoopback } from "../../core/address.ts";
import { formatCidr, cidrOf } from "../../core/cidr.ts";
import type { Evidence } from "../../core/finding.ts";
import type { NetworkInterface, Route } from "../../core/network.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeVantage } from "../words/describe-vantage.ts";
import type { Facts } from "../facts.ts";
import { addReturnRoute, deleteRoute, lookAtRoutes } from "../remedies/routes.ts";
import { interfaceNamed, interfaceWith, leads, neighbourAt, routeTo, showRoute } from "../reading/ways.ts";

export const noReturnRoute: Cause = {
  code: "NO_RETURN_ROUTE",
  stage: "route",
  summary: "what a client at that address sends may arrive, and no answer finds the way back to it",
  explain: [
    "A connection needs a way there and one back. Where this machine has no route to the client's address, or one that leads",
    "into another network (docker's 172.17.0.0/16 is the usual one), the client waits until it gives up.",
    "Add the route, or give the network that overlaps another range.",
  ],
  symptoms: ["connected", "refused", "reset", "timeout", "unreachable", "spared"],
  needs: ["routes", "kernel"],
  dependsOn: [],
  judge(facts) {
    const { from } = facts.request;
    if (!facts.isLocal || from.kind !== "network" || isLoopback(from.address)) return undefined;
    const route = routeTo(facts, from.address);
    if (!route || route.kind === "local" || !isAsked(facts, from.address)) return undefined;
    const who = describeVantage(from);
    const network = formatCidr(cidrOf(from.address, from.prefix));
    if (!leads(route) && route.kind !== "broadcast" && route.kind !== "multicast") {
      return {
        severity: "blocks",
        title: `no answer finds its way back to ${who}: ${route.kind === "none" ? "there is no route to it" : `the route \`${route.text}\` refuses it`}`,
        evidence: [showRoute(route)],
        remedies: [
          ...(route.kind === "none" ? [] : deleteRoute(facts, route, from.address)),
          addReturnRoute(network, undefined),
          ...lookAtRoutes(facts, from.address),
        ],
      };
    }
    const elsewhere = findElsewhere(facts, route, from.address);
    if (!elsewhere) return undefined;
    const { own, wrong, why } = elsewhere;
    return {
      severity: elsewhere.severity,
      title: `answers to ${who} leave by ${wrong.name}, not by ${own.name} that the target's address is on: ${why.what}`,
      evidence: [showRoute(route), why],
      remedies: [addReturnRoute(network, own.name), ...lookAtRoutes(facts, from.address)],
    };
  },
};

/** Whether a client at this address could be meant: somebody of the same family as one of the target's addresses. */
function isAsked({ candidates }: Facts, { family }: Address): boolean {
  return candidates.some(({ address }) => address.family === family && !isLoopback(address));
}

interface Elsewhere {
  readonly own: NetworkInterface;
  readonly wrong: NetworkInterface;
  readonly severity: "blocks" | "warning";
  readonly why: Evidence;
}

/** The way back uses an interface that the target has no address on, and something tells that this can't be right. */
function findElsewhere(facts: Facts, route: Route, from: Address): Elsewhere | undefined {
  const wrong = interfaceNamed(facts, route.interface);
  const own = facts.candidates
    .filter(({ address }) => address.family === from.family && !isLoopback(address))
    .flatMap(({ address }) => interfaceWith(facts, address) ?? []);
  const [first] = own;
  if (!wrong || !first || own.some(({ name }) => name === wrong.name)) return undefined;
  const place = { own: first, wrong };
  if (!wrong.up) {
    return {
      ...place,
      severity: "blocks",
      why: { what: `${wrong.name} is down, or has nobody on it`, source: "interfaces" },
    };
  }
  const state = route.gateway === undefined ? neighbourAt(facts, from) : undefined;
  if (state === "failed" || state === "incomplete") {
    return {
      ...place,
      severity: "blocks",
      why: { what: `nobody on ${wrong.name} answers for ${from.text}`, source: "neighbour table" },
    };
  }
  const filter = valueOf(facts.more.kernel)?.reversePathFilter.get(first.name);
  if (from.family !== 4 || filter !== 1) return undefined;
  const what = `what it sends by ${first.name} is dropped by its strict reverse path filter (rp_filter=1)`;
  return { ...place, severity: "warning", why: { what, source: "sysctl" } };
}
