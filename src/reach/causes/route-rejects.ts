import type { Remedy } from "../../core/finding.ts";
import type { Route } from "../../core/network.ts";
import type { Cause } from "../cause.ts";
import { type Failed, findFailed, isReached, severityFor } from "../reading/failures.ts";
import type { Facts } from "../facts.ts";
import { deleteRoute, lookAtRoutes } from "../remedies/routes.ts";
import { leads, routeTo, showRoute } from "../reading/ways.ts";

export const routeRejects: Cause = {
  code: "ROUTE_REJECTS",
  stage: "route",
  summary: "this machine has no route to the address, or one that refuses it (unreachable, prohibit, blackhole, throw)",
  explain: [
    "Before a packet leaves, a route has to say by which interface. Without one, connect() fails at once with ENETUNREACH;",
    "a route can also refuse: unreachable (EHOSTUNREACH), prohibit (EACCES), blackhole (EINVAL), throw (ENETUNREACH). VPNs",
    "and orchestrators set such routes on purpose, and sometimes leave them behind.",
  ],
  symptoms: ["unreachable", "prohibited", "invalid"],
  needs: ["routes"],
  dependsOn: ["ZONE_MISSING"],
  judge(facts) {
    const found = findRefusing(facts);
    // Clients go on to the next address at once, and many machines have no way to IPv6.
    const [first] = isReached(facts) ? found.filter(({ route }) => route.kind !== "none") : found;
    if (!first) return undefined;
    const { each, route, shown } = first;
    return {
      severity: severityFor(facts),
      title: `${tellRoute(route, each.to.address.text)} (${shown})`,
      evidence: [each.evidence, showRoute(route)],
      remedies: findRemedies(facts, first),
    };
  },
};

interface Refusing extends Failed {
  readonly route: Route;
}

function findRefusing(facts: Facts): readonly Refusing[] {
  return findFailed(facts, "host-unreachable", "network-unreachable", "prohibited", "invalid").flatMap((failed) => {
    const route = routeTo(facts, failed.each.to.address);
    return route && !leads(route) && fits(route, failed) ? [{ ...failed, route }] : [];
  });
}

/** Whether it is this route that gives this error. */
function fits({ kind }: Route, { failure }: Failed): boolean {
  switch (kind) {
    case "prohibit":
      return failure === "prohibited";
    case "blackhole":
      return failure === "invalid";
    case "unreachable":
    case "throw":
    case "none":
      return failure === "host-unreachable" || failure === "network-unreachable";
    case "broadcast":
    case "multicast":
      return failure === "network-unreachable" || failure === "prohibited";
    case "unicast":
    case "local":
      return false;
  }
}

function tellRoute({ kind, text }: Route, address: string): string {
  switch (kind) {
    case "none":
    case "throw":
      return kind === "none"
        ? `no route leads to ${address}`
        : `the route \`${text}\` ends the search for ${address}, and no other follows`;
    case "broadcast":
    case "multicast":
      return `${address} is a ${kind} address, which TCP can't connect to`;
    case "unreachable":
    case "prohibit":
    case "blackhole":
    case "unicast":
    case "local":
      return `the route \`${text}\` refuses ${address}`;
  }
}

function findRemedies(facts: Facts, { route, each }: Refusing): readonly Remedy[] {
  switch (route.kind) {
    case "none":
      return [...lookAtRoutes(facts, each.to.address)];
    case "broadcast":
    case "multicast":
      return [{ what: "use the address of one host of that network", commands: [], risk: "none" }];
    case "unreachable":
    case "prohibit":
    case "blackhole":
    case "throw":
      return [...deleteRoute(facts, route, each.to.address), ...lookAtRoutes(facts, each.to.address)];
    case "unicast":
    case "local":
      return [];
  }
}
