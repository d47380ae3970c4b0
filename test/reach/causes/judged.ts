import type { Finding } from "../../../src/core/finding.ts";
import { CAUSES } from "../../../src/reach/causes.ts";
import type { Facts } from "../../../src/reach/facts.ts";
import { inQuestion, judge } from "../../../src/reach/judge.ts";
import { symptomsOf } from "../../../src/reach/symptoms.ts";

/** What all causes together find in these facts, as `reach` would. */
export function findingsOf(facts: Facts): readonly Finding[] {
  return judge(inQuestion(CAUSES, symptomsOf(facts)), facts);
}

export function codesOf(facts: Facts): readonly string[] {
  return findingsOf(facts).map(({ code }) => code);
}

/** The only finding in these facts; a failure where there is none, or another one beside it. */
export function onlyFinding(facts: Facts): Finding {
  const [finding, ...others] = findingsOf(facts);
  if (!finding || others.length > 0) throw new Error(`found ${codesOf(facts).join(", ") || "nothing"}, not one cause`);
  return finding;
}
