import { describe, expect, test } from "bun:test";
import { candidateOf, connected, factsOf, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { nameOf, resolversOf } from "./network.ts";

const WAN = "203.0.113.9";
const asked = (answers: Parameters<typeof resolversOf>[0], attempt = timedOut(WAN)) =>
  factsOf({
    request: requestOf("nas.example:8000"),
    name: nameOf("nas.example", WAN),
    isLocal: false,
    listeners: [],
    candidates: [candidateOf(WAN, "nas.example")],
    attempts: [attempt],
    more: resolversOf(answers),
  });

describe("NAT_HAIRPIN", () => {
  test("is found where another resolver knows the name on this very network", () => {
    const finding = onlyFinding(asked({ "9.9.9.9": [WAN], "192.168.1.1": ["192.168.1.30"] }));
    expect(finding).toMatchObject({
      code: "NAT_HAIRPIN",
      severity: "blocks",
      title:
        "203.0.113.9:8000 does not answer from inside: nas.example is 192.168.1.30 on this network, as 192.168.1.1 says",
    });
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "192.168.1.30:8000"]]);
  });

  test("is silent where the private address is of another network", () => {
    expect(codesOf(asked({ "9.9.9.9": [WAN], "10.0.0.53": ["10.0.0.5"] }))).toEqual(["DROPPED"]);
  });

  test("is silent where all resolvers agree, or it answers", () => {
    expect(codesOf(asked({ "9.9.9.9": [WAN] }))).toEqual(["DROPPED"]);
    expect(codesOf(asked({ "9.9.9.9": [WAN], "192.168.1.1": ["192.168.1.30"] }, connected(WAN)))).toEqual([]);
  });
});
