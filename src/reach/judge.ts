import type { Finding } from "../core/finding.ts";
import type { Cause } from "./cause.ts";
import type { Facts, MoreName, Symptom } from "./facts.ts";

/** The causes that these symptoms leave in question. */
export function inQuestion(causes: readonly Cause[], symptoms: ReadonlySet<Symptom>): readonly Cause[] {
  return causes.filter((cause) => cause.symptoms.some((symptom) => symptoms.has(symptom)));
}

/** What has to be gathered to judge them. */
export function needsOf(causes: readonly Cause[]): ReadonlySet<MoreName> {
  return new Set(causes.flatMap(({ needs }) => needs));
}

/**
 * The findings, the root cause first: a cause is silent where one that it depends on was found, and what blocks stands
 * before what only warns. The order of `causes` decides between equals.
 */
export function judge(causes: readonly Cause[], facts: Facts): readonly Finding[] {
  const found = causes.flatMap((cause) => {
    const judged = cause.judge(facts);
    return judged ? [{ cause, finding: { code: cause.code, stage: cause.stage, ...judged } }] : [];
  });
  const codes = new Set(found.map(({ finding }) => finding.code));
  const roots = found.filter(({ cause }) => !cause.dependsOn.some((code) => codes.has(code)));
  return roots.map(({ finding }) => finding).toSorted((a, b) => rank(a) - rank(b));
}

function rank({ severity }: Finding): number {
  return severity === "blocks" ? 0 : 1;
}
