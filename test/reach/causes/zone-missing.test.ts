import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../../src/core/address.ts";
import { candidateOf, connected, factsOf, failed, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { nameOf, routeOf, routesTo } from "./network.ts";

const invalid = failed("fe80::1", "invalid", "EINVAL (22)");
const remote = { isLocal: false, listeners: [], more: routesTo({ "fe80::1": routeOf("none") }) };

describe("ZONE_MISSING", () => {
  test("is found where a link-local address has no interface, and offers those that have such a network", () => {
    const request = requestOf("[fe80::1]:8000", { url: { scheme: "https", path: "/" } });
    const finding = onlyFinding(
      factsOf({ ...remote, request, candidates: [candidateOf("fe80::1")], attempts: [invalid] }),
    );
    expect(finding).toMatchObject({
      code: "ZONE_MISSING",
      severity: "blocks",
      title: "fe80::1 is a link-local address without its interface: [fe80::1]:8000 could be on any",
    });
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "https://[fe80::1%eth0]:8000/"]]);
  });

  test("says that there is no such interface where one was named", () => {
    const { target, ...rest } = requestOf("[fe80::1]:8000");
    const host = { kind: "address", address: requireAddress("fe80::1"), zone: "eth9" } as const;
    const request = { ...rest, target: { ...target, host } };
    const finding = onlyFinding(
      factsOf({ ...remote, request, candidates: [candidateOf("fe80::1")], attempts: [invalid] }),
    );
    expect(finding.title).toBe("this machine has no interface eth9: [fe80::1%eth9]:8000 can't be found");
  });

  test("only warns of a .local name that has an IPv4 address, too, which answers", () => {
    const finding = onlyFinding(
      factsOf({
        ...remote,
        request: requestOf("printer.local:8000"),
        name: nameOf("printer.local", "fe80::1", "192.168.1.9"),
        candidates: [candidateOf("fe80::1", "printer.local"), candidateOf("192.168.1.9", "printer.local")],
        attempts: [invalid, connected("192.168.1.9")],
      }),
    );
    expect(finding).toMatchObject({ code: "ZONE_MISSING", severity: "warning" });
    expect(finding.remedies.at(-1)?.commands).toEqual([["portguard", "reach", "192.168.1.9:8000"]]);
  });

  test("is silent where the interface was given, whatever else is wrong", () => {
    const attempts = [failed("fe80::1%2", "host-unreachable", "EHOSTUNREACH (113)")];
    const facts = factsOf({
      ...remote,
      request: requestOf("[fe80::1]:8000"),
      candidates: [candidateOf("fe80::1%2")],
      attempts,
    });
    expect(codesOf(facts)).not.toContain("ZONE_MISSING");
  });
});
