import { describe, expect, test } from "bun:test";
import { candidateOf, connected, factsOf, refused, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import type { Attempt } from "../../../src/core/diagnosis.ts";

const OTHER = "192.168.1.30";
const remote = (...attempts: Attempt[]) =>
  factsOf({
    request: requestOf(`${OTHER}:8000`),
    isLocal: false,
    candidates: [candidateOf(OTHER)],
    attempts,
    listeners: [],
  });

describe("REFUSED_REMOTELY", () => {
  test("is found where another machine refuses, and says what could tell more", () => {
    const finding = onlyFinding(remote(refused(OTHER)));
    expect(finding).toMatchObject({
      code: "REFUSED_REMOTELY",
      severity: "blocks",
      title: "192.168.1.30:8000 refuses: nobody listens there, or a firewall says so in its place",
    });
    expect(finding.remedies[0]?.what).toContain("portguard reach 8000 --from lan");
  });

  test("is silent where it answers, or says nothing", () => {
    expect(codesOf(remote(connected(OTHER)))).toEqual([]);
    expect(codesOf(remote(timedOut(OTHER)))).not.toContain("REFUSED_REMOTELY");
  });
});
