import { describe, expect, test } from "bun:test";
import type { ConnectFailure, Route } from "../../../src/core/network.ts";
import { candidateOf, connected, factsOf, failed, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { routeOf, routesTo } from "./network.ts";

const TARGET = "10.9.9.9";
const asked = (kind: Route["kind"], failure: ConnectFailure, shown: string, text = `${kind} 10.9.0.0/16`) =>
  factsOf({
    request: requestOf(`${TARGET}:8000`),
    isLocal: false,
    listeners: [],
    candidates: [candidateOf(TARGET)],
    attempts: [failed(TARGET, failure, shown)],
    more: routesTo({ [TARGET]: routeOf(kind, { text }) }),
  });

describe("ROUTE_REJECTS", () => {
  test.each([
    ["unreachable", "host-unreachable", "EHOSTUNREACH (113)"],
    ["prohibit", "prohibited", "EACCES (13)"],
    ["blackhole", "invalid", "EINVAL (22)"],
  ] as const)("names the %s route, and takes it away", (kind, failure, shown) => {
    const finding = onlyFinding(asked(kind, failure, shown));
    expect(finding).toMatchObject({
      code: "ROUTE_REJECTS",
      severity: "blocks",
      title: `the route \`${kind} 10.9.0.0/16\` refuses 10.9.9.9 (${shown})`,
    });
    expect(finding.remedies[0]?.commands).toEqual([["sudo", "ip", "route", "del", kind, "10.9.0.0/16"]]);
    expect(finding.remedies[0]?.undo).toBe(`\`sudo ip route add ${kind} 10.9.0.0/16\``);
  });

  test("names a throw route and a missing one", () => {
    const thrown = onlyFinding(asked("throw", "network-unreachable", "ENETUNREACH (101)"));
    expect(thrown.title).toContain("`throw 10.9.0.0/16` ends the search for 10.9.9.9, and no other follows");
    const none = onlyFinding(asked("none", "network-unreachable", "ENETUNREACH (101)"));
    expect(none.title).toContain("no route leads to 10.9.9.9 (ENETUNREACH (101))");
  });

  test("says that a broadcast address is one", () => {
    const finding = onlyFinding(asked("broadcast", "network-unreachable", "ENETUNREACH (101)"));
    expect(finding.title).toContain("10.9.9.9 is a broadcast address, which TCP can't connect to");
  });

  test("is silent of a name whose IPv6 address has no route, while IPv4 answers", () => {
    const facts = factsOf({
      request: requestOf("app.example:8000"),
      isLocal: false,
      listeners: [],
      candidates: [candidateOf("2001:db8::9"), candidateOf("203.0.113.9")],
      attempts: [failed("2001:db8::9", "network-unreachable", "ENETUNREACH (101)"), connected("203.0.113.9")],
      more: routesTo({ "2001:db8::9": routeOf("none"), "203.0.113.9": routeOf("unicast") }),
    });
    expect(codesOf(facts)).toEqual([]);
  });

  test("is silent where the route leads there: then somebody on the way said it", () => {
    expect(codesOf(asked("unicast", "host-unreachable", "EHOSTUNREACH (113)"))).toEqual(["REJECTED"]);
  });

  test("is silent where the routes could not be seen", () => {
    const facts = asked("unreachable", "host-unreachable", "EHOSTUNREACH (113)");
    expect(codesOf({ ...facts, more: {} })).toEqual([]);
  });
});
