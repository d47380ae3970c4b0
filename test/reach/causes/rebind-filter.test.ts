import { describe, expect, test } from "bun:test";
import { factsOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { noName, resolversOf } from "./network.ts";

const asked = (answers: Parameters<typeof resolversOf>[0]) =>
  factsOf({
    request: requestOf("nas.example:8000"),
    isLocal: false,
    candidates: [],
    attempts: [],
    listeners: [],
    name: noName("nas.example"),
    more: resolversOf(answers),
  });

describe("REBIND_FILTER", () => {
  test("is found where one resolver gives a private address and another none", () => {
    const finding = onlyFinding(asked({ "192.168.1.1": "NXDOMAIN", "10.0.0.53": ["192.168.1.30"] }));
    expect(finding).toMatchObject({ code: "REBIND_FILTER", severity: "blocks" });
    expect(finding.title).toStartWith("10.0.0.53 says that nas.example is 192.168.1.30, and 192.168.1.1 says NXDOMAIN");
    expect(finding.remedies[0]?.what).toContain("rebind-domain-ok=/nas.example/");
    expect(finding.remedies.at(-1)?.commands).toEqual([["portguard", "reach", "192.168.1.30:8000"]]);
  });

  test("is silent where the address that one gives is public: no filter drops it", () => {
    expect(codesOf(asked({ "192.168.1.1": "NXDOMAIN", "10.0.0.53": ["203.0.113.9"] }))).toEqual(["NAME_NOT_FOUND"]);
  });

  test("is silent where the other resolver said nothing at all", () => {
    expect(codesOf(asked({ "192.168.1.1": undefined, "10.0.0.53": ["192.168.1.30"] }))).toEqual(["NAME_NOT_FOUND"]);
  });

  test("is silent where all agree that there is no such name", () => {
    expect(codesOf(asked({ "192.168.1.1": "NXDOMAIN", "10.0.0.53": "NXDOMAIN" }))).toEqual(["NAME_NOT_FOUND"]);
  });
});
