import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../../src/core/address.ts";
import { seen } from "../../../src/core/seen.ts";
import { ETH0, factsOf, interfaceOf, kernelOf, LO, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { neighboursAt, routeOf, routesTo } from "./network.ts";

const FROM = "172.17.5.9";
const from = { kind: "network", address: requireAddress(FROM), prefix: 32 } as const;
const DOCKER0 = { ...interfaceOf(3, "docker0", ["172.17.0.1", 16]), up: false };
const request = requestOf("192.168.1.20:8000", { from });
const candidates = [{ address: requireAddress("192.168.1.20"), as: "192.168.1.20" }];

describe("NO_RETURN_ROUTE", () => {
  test("is found where there is no way back to who would connect", () => {
    const more = routesTo({ [FROM]: routeOf("none", { text: "no route to 172.17.5.9" }) });
    const finding = onlyFinding(factsOf({ request, candidates, more }));
    expect(finding).toMatchObject({
      code: "NO_RETURN_ROUTE",
      severity: "blocks",
      title: "no answer finds its way back to 172.17.5.9: there is no route to it",
    });
  });

  test("names the route that refuses, and takes it away", () => {
    const more = routesTo({ [FROM]: routeOf("blackhole", { text: "blackhole 172.16.0.0/12" }) });
    const finding = onlyFinding(factsOf({ request, candidates, more }));
    expect(finding.title).toBe(
      "no answer finds its way back to 172.17.5.9: the route `blackhole 172.16.0.0/12` refuses it",
    );
    expect(finding.remedies[0]?.commands).toEqual([["sudo", "ip", "route", "del", "blackhole", "172.16.0.0/12"]]);
  });

  test("is found where the way back leads into a bridge that nobody is on", () => {
    const more = routesTo({ [FROM]: routeOf("unicast", { interface: "docker0" }) });
    const finding = onlyFinding(factsOf({ request, candidates, more, interfaces: [LO, ETH0, DOCKER0] }));
    expect(finding).toMatchObject({
      severity: "blocks",
      title:
        "answers to 172.17.5.9 leave by docker0, not by eth0 that the target's address is on: docker0 is down, or has nobody on it",
    });
  });

  test("only warns where a strict filter would drop what comes in by the target's own interface", () => {
    const more = {
      ...routesTo({ [FROM]: routeOf("unicast", { interface: "docker0" }) }),
      kernel: seen(kernelOf({ reversePathFilter: new Map([["eth0", 1]]) })),
    };
    const interfaces = [LO, ETH0, { ...DOCKER0, up: true }];
    expect(onlyFinding(factsOf({ request, candidates, more, interfaces })).severity).toBe("warning");
  });

  test("is silent where the way back leads by another interface, and nothing tells that this is wrong", () => {
    const more = {
      ...routesTo({ [FROM]: routeOf("unicast", { interface: "docker0" }) }),
      ...neighboursAt({ [FROM]: "reachable" }),
      kernel: seen(kernelOf()),
    };
    const interfaces = [LO, ETH0, { ...DOCKER0, up: true }];
    expect(codesOf(factsOf({ request, candidates, more, interfaces }))).toEqual([]);
  });

  test("is silent where the route is right, or was not seen, or nobody else was named", () => {
    const right = routesTo({ [FROM]: routeOf("unicast", { interface: "eth0" }) });
    expect(codesOf(factsOf({ request, candidates, more: right }))).toEqual([]);
    expect(codesOf(factsOf({ request, candidates }))).toEqual([]);
    const none = routesTo({ [FROM]: routeOf("none") });
    expect(codesOf(factsOf({ request: requestOf("192.168.1.20:8000"), candidates, more: none }))).toEqual([]);
  });
});
