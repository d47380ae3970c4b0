import { describe, expect, test } from "bun:test";
import type { Cause } from "../../src/reach/cause.ts";
import { inQuestion, judge, needsOf } from "../../src/reach/judge.ts";
import { factsOf } from "./causes/facts.ts";

/** A cause that always finds itself. */
function causeOf(code: string, options: Partial<Cause> & { severity?: "blocks" | "warning" } = {}): Cause {
  const { severity = "blocks", ...rest } = options;
  return {
    code,
    stage: "socket",
    summary: code,
    explain: [],
    symptoms: ["refused"],
    needs: [],
    dependsOn: [],
    judge: () => ({ severity, title: code, evidence: [], remedies: [] }),
    ...rest,
  };
}

const codesOf = (causes: readonly Cause[]) => judge(causes, factsOf()).map(({ code }) => code);

describe("the causes in question", () => {
  const refused = causeOf("A", { needs: ["routes"] });
  const timeout = causeOf("B", { symptoms: ["timeout", "unreachable"], needs: ["routes", "kernel"] });

  test("are those that name a symptom that was seen", () => {
    expect(inQuestion([refused, timeout], new Set(["unreachable"]))).toEqual([timeout]);
    expect(inQuestion([refused, timeout], new Set(["connected"]))).toEqual([]);
  });

  test("say together what has to be gathered", () => {
    expect([...needsOf([refused, timeout])]).toEqual(["routes", "kernel"]);
  });
});

describe("judging", () => {
  test("keeps a consequence silent where its root cause was found", () => {
    expect(codesOf([causeOf("CONSEQUENCE", { dependsOn: ["ROOT"] }), causeOf("ROOT")])).toEqual(["ROOT"]);
  });

  test("tells a would-be consequence whose root cause is not there", () => {
    const silent = causeOf("ROOT", { judge: () => undefined });
    expect(codesOf([causeOf("CONSEQUENCE", { dependsOn: ["ROOT"] }), silent])).toEqual(["CONSEQUENCE"]);
  });

  test("puts what blocks before what only warns, and else keeps the order of the causes", () => {
    const causes = [causeOf("W", { severity: "warning" }), causeOf("B"), causeOf("A")];
    expect(codesOf(causes)).toEqual(["B", "A", "W"]);
  });
});
