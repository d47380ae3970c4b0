import type { StageName } from "../core/finding.ts";
import { renderJson } from "./json.ts";

/** What the catalogue shows of a cause. */
export interface ShownCause {
  readonly code: string;
  readonly stage: StageName;
  readonly summary: string;
  readonly explain: readonly string[];
}

/** `--causes`: every code with its summary, by the station where it is. */
export function renderCauses(causes: readonly ShownCause[]): string {
  const width = Math.max(0, ...causes.map(({ code }) => code.length));
  const stages = [...new Set(causes.map(({ stage }) => stage))];
  const lines = stages.flatMap((stage, index) => [
    ...(index === 0 ? [] : [""]),
    `${stage}:`,
    ...causes
      .filter((cause) => cause.stage === stage)
      .map(({ code, summary }) => `  ${code.padEnd(width)}  ${summary}`),
  ]);
  return `${lines.join("\n")}\n`;
}

/** `{ schema, ok: true, causes: [{ code, stage, summary }] }`. */
export function renderCausesJson(causes: readonly ShownCause[]): string {
  return renderJson({ ok: true, causes: causes.map(({ code, stage, summary }) => ({ code, stage, summary })) });
}

/** `--explain CODE`. */
export function renderExplanation({ code, stage, summary, explain }: ShownCause): string {
  return [`${code} (${stage}): ${summary}`, "", ...explain, ""].join("\n");
}

/** `{ schema, ok: true, cause: { code, stage, summary, explain } }`. */
export function renderExplanationJson({ code, stage, summary, explain }: ShownCause): string {
  return renderJson({ ok: true, cause: { code, stage, summary, explain } });
}
