import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../../src/core/address.ts";
import type { NameAnswer } from "../../../src/core/network.ts";
import { candidateOf, factsOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const name: NameAnswer = {
  kind: "addresses",
  name: "localhost",
  addresses: [requireAddress("127.0.0.1")],
  hostsLines: [],
};
const nothing = { candidates: [], attempts: [], isLocal: false, listeners: [] };

describe("NO_ADDRESS_OF_FAMILY", () => {
  test("is found where -6 leaves nothing of a name", () => {
    const finding = onlyFinding(factsOf({ request: requestOf("localhost:8000", { family: 6 }), name, ...nothing }));
    expect(finding).toMatchObject({
      code: "NO_ADDRESS_OF_FAMILY",
      severity: "blocks",
      title: "localhost has no IPv6 address, and -6 asks for one",
      evidence: [{ what: "localhost is 127.0.0.1", source: "getaddrinfo" }],
    });
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "localhost:8000"]]);
  });

  test("is found where -4 contradicts the address itself", () => {
    expect(onlyFinding(factsOf({ request: requestOf("[::1]:8000", { family: 4 }), ...nothing }))).toMatchObject({
      title: "[::1]:8000 has no IPv4 address, and -4 asks for one",
    });
  });

  test("is silent where an address of the family is left, though it refuses", () => {
    const request = requestOf("localhost:8000", { family: 4 });
    const facts = { request, name, candidates: [candidateOf("127.0.0.1")], attempts: [refused("127.0.0.1")] };
    expect(codesOf(factsOf({ ...facts, listeners: [] }))).toEqual(["NO_LISTENER"]);
  });
});
