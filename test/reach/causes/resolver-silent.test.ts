import { describe, expect, test } from "bun:test";
import { factsOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { noName, resolversOf } from "./network.ts";

const failing = (name = noName("db.example", "temporary", "EAI_AGAIN")) =>
  factsOf({ request: requestOf("db.example:5432"), isLocal: false, candidates: [], attempts: [], listeners: [], name });

describe("RESOLVER_SILENT", () => {
  test("is found where the resolver does not answer, and offers to ask it", () => {
    const finding = onlyFinding({ ...failing(), more: resolversOf({ "10.8.0.1": undefined }) });
    expect(finding).toMatchObject({
      code: "RESOLVER_SILENT",
      severity: "blocks",
      title: "db.example could not be looked up: 10.8.0.1 does not answer (EAI_AGAIN)",
    });
    expect(finding.remedies[0]?.commands).toEqual([
      ["cat", "/etc/resolv.conf"],
      ["portguard", "reach", "10.8.0.1:53", "--udp"],
    ]);
  });

  test("names no resolver where each of them answered after all", () => {
    const finding = onlyFinding({ ...failing(), more: resolversOf({ "10.8.0.1": "SERVFAIL" }) });
    expect(finding.title).toBe("db.example could not be looked up: no answer (EAI_AGAIN)");
  });

  test("is silent where the answer was that there is no such name", () => {
    expect(codesOf(failing(noName("db.example")))).toEqual(["NAME_NOT_FOUND"]);
  });
});
