import type { Finding } from "../../../src/core/finding.ts";
import { CAUSES } from "../../../src/reach/causes.ts";
import type { Facts } from "../../../src/reach/facts.ts";
import { inQuestion, judge } from "../../../src/reach/judge.ts";
import { symptomsOf } from "../../../src/reach/symptoms.ts";

/** What all causes together find in these facts, as `reach` would. */
export function findingsOf(facts: Facts): readonly Finding[] {
  const findings = judge(inQuestion(CAUSES, symptomsOf(facts)), facts);
  for (const finding of findings) requireWhole(finding);
  return findings;
}

/** Cause, evidence and mend are promised of each. */
function requireWhole({ code, title, evidence, remedies }: Finding): void {
  const texts = [title, ...evidence.flatMap(({ what, source }) => [what, source]), ...remedies.map(({ what }) => what)];
  if (evidence.length === 0 || remedies.length === 0 || texts.some((text) => text.trim() === "")) {
    throw new Error(`${code} lacks its evidence or its mend`);
  }
  const continued = remedies.find(({ what }) => what.startsWith("or "));
  if (continued) throw new Error(`${code}: "${continued.what}" does not stand by itself`);
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
