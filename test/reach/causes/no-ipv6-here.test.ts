import { describe, expect, test } from "bun:test";
import { candidateOf, connected, ETH0, factsOf, failed, interfaceOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const interfaces = [interfaceOf(1, "lo", ["127.0.0.1", 8]), interfaceOf(2, "eth0", ["192.168.1.20", 24])];
const lost = failed("::1", "no-local-port", "EADDRNOTAVAIL (99)");
const asked = factsOf({
  request: requestOf("[::1]:8000"),
  candidates: [candidateOf("::1")],
  attempts: [lost],
  interfaces,
});

describe("NO_IPV6_HERE", () => {
  test("is found where ::1 is asked for and no interface has it", () => {
    const finding = onlyFinding(asked);
    expect(finding).toMatchObject({
      code: "NO_IPV6_HERE",
      severity: "blocks",
      title: "this machine has no IPv6, not even ::1: [::1]:8000 can't be connected to (EADDRNOTAVAIL (99))",
    });
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "127.0.0.1:8000"]]);
  });

  test("is silent where 127.0.0.1 answers in its place", () => {
    const request = requestOf("localhost:8000");
    expect(codesOf({ ...asked, request, attempts: [lost, connected("127.0.0.1")] })).toEqual([]);
  });

  test("is silent where IPv6 is there: then ports have run out", () => {
    const own = [...interfaces, interfaceOf(1, "lo", ["::1", 128]), ETH0];
    expect(codesOf({ ...asked, interfaces: own })).toEqual(["NO_LOCAL_PORT"]);
  });
});
