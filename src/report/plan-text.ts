import { renderJson } from "./json.ts";
import type { JsonField } from "./json-fields.ts";

/** What `--dry-run` shows of any plan: its steps, in order. */
export interface ShownPlan {
  readonly steps: readonly { readonly do: string; readonly what: string }[];
}

/** One line a step: `hold    tcp 8000 on every address`. */
export function renderPlan({ steps }: ShownPlan): string {
  const width = Math.max(0, ...steps.map((step) => step.do.length));
  return steps.map((step) => `${step.do.padEnd(width)}  ${step.what}\n`).join("");
}

/** Every field of what `--dry-run --json` writes. */
export const PLAN_JSON: readonly JsonField[] = [
  ["schema", "1"],
  ["ok", "true"],
  ["plan.steps[].do", "ask, stop, leave, prove, note, …"],
  ["plan.steps[].what", "one line"],
];

/** The whole plan as one object: `{ schema, ok: true, plan }`. */
export function renderPlanJson(plan: ShownPlan): string {
  return renderJson({ ok: true, plan });
}
