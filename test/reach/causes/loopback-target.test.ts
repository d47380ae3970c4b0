import { describe, expect, test } from "bun:test";
import { candidateOf, connected, factsOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const asked = (text: string, address: string) => ({
  request: requestOf(text, { from: { kind: "lan" } }),
  candidates: [candidateOf(address)],
  attempts: [connected(address)],
});

describe("LOOPBACK_TARGET", () => {
  test("is found where others are to reach 127.0.0.1", () => {
    const finding = onlyFinding(factsOf(asked("127.0.0.1:8000", "127.0.0.1")));
    expect(finding).toMatchObject({
      code: "LOOPBACK_TARGET",
      severity: "blocks",
      title: "127.0.0.1:8000 is every machine's own: from this LAN it does not lead here",
    });
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "192.168.1.20:8000"]]);
  });

  test("is silent for an address that others can use, and for a bare port", () => {
    expect(codesOf(factsOf(asked("192.168.1.20:8000", "192.168.1.20")))).toEqual([]);
    expect(codesOf(factsOf({ request: requestOf("8000", { from: { kind: "lan" } }) }))).toEqual([]);
  });

  test("is silent where this machine itself asks", () => {
    expect(codesOf(factsOf({ ...asked("127.0.0.1:8000", "127.0.0.1"), request: requestOf("127.0.0.1:8000") }))).toEqual(
      [],
    );
  });
});
