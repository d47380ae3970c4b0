import { formatDuration } from "../core/duration.ts";
import type { Command } from "../core/step.ts";
import type { JsonField } from "./json-fields.ts";
import type { ShownPlan } from "./plan-text.ts";
import type { SpanLine } from "./spans.ts";
import type { Style, Tone } from "./style.ts";

/** Who starts programs by the clock: `a systemd user timer`. */
interface ShownScheduler {
  readonly name: string;
  readonly title: string;
  readonly caveat: string;
}

export type ScheduleAnswer =
  | { readonly kind: "installed"; readonly by: ShownScheduler; readonly everyMs: number }
  /** `program`: what it starts, where that is another one than we are. */
  | { readonly kind: "present"; readonly by: ShownScheduler; readonly everyMs?: number; readonly program?: string }
  /** What it starts is gone. */
  | { readonly kind: "astray"; readonly by: ShownScheduler; readonly program: string }
  | { readonly kind: "removed" | "absent-already" | "absent" }
  | { readonly kind: "failed"; readonly what: string }
  | { readonly kind: "unknown"; readonly because: string };

/** Every field of what `clean schedule --json` writes. */
export const SCHEDULE_JSON: readonly JsonField[] = [
  ["schema", "1"],
  ["ok", "whether it is as it was asked for"],
  ["state", "installed, removed, absent-already, present, absent, astray, failed or unknown"],
  ["with?", "systemd, launchd, schtasks or cron"],
  ["every?", "5m"],
  ["program?", "what it starts, where that is gone, or another than this one"],
  ["because?", "why it failed, or is not known"],
];

/** What is done to other programs' files, as it is shown. */
type ShownInstallStep =
  | { readonly do: "write"; readonly path: string; readonly text: string }
  | { readonly do: "remove"; readonly path: string }
  | (Command & { readonly do: "run" });

/** Each step, and below it all that it would write. */
export function planInstallSteps(steps: readonly ShownInstallStep[]): ShownPlan {
  return { steps: steps.map((step) => ({ do: step.do, what: describeStep(step) })) };
}

function describeStep(step: ShownInstallStep): string {
  switch (step.do) {
    case "write":
      return `${step.path}\n${indent(step.text)}`;
    case "remove":
      return step.path;
    case "run":
      return step.input === undefined ? step.argv.join(" ") : `${step.argv.join(" ")}\n${indent(step.input)}`;
  }
}

function indent(text: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  return lines.map((line) => `        ${line}`).join("\n");
}

export function renderScheduleAnswer(answer: ScheduleAnswer, { marks }: Style): readonly SpanLine[] {
  const line = (tone: Exclude<Tone, "plain" | "hint">, text: string): SpanLine => [
    { text: marks[tone], tone },
    ` ${text}`,
  ];
  switch (answer.kind) {
    case "installed":
      return [
        line("good", `orphans are looked for ${describeEvery(answer.everyMs)}, by ${answer.by.title}`),
        [`  ${answer.by.caveat}; only what is certain and was seen before is stopped`],
        ["  `portguard clean --log` lists what was, `portguard clean schedule --remove` takes it back"],
      ];
    case "present":
      return [
        line("good", `orphans are looked for ${describeEvery(answer.everyMs)}, by ${answer.by.title}`),
        ...(answer.program === undefined
          ? []
          : [[`  by another portguard than this one: ${answer.program}`] as SpanLine]),
      ];
    case "astray":
      return [
        line("bad", `nothing is looked for: ${answer.by.title} starts ${answer.program}, which is not there any more`),
        ["  `portguard clean schedule` has it start this one"],
      ];
    case "removed":
      return [line("good", "the schedule was taken back")];
    case "absent-already":
      return [line("good", "there was no schedule")];
    case "absent":
      return [line("bad", "there is no schedule"), ["  `portguard clean schedule` makes one"]];
    case "failed":
      return [line("bad", answer.what), ["  what was done before has been taken back"]];
    case "unknown":
      return [line("warn", `whether it runs is not known: ${answer.because}`)];
  }
}

function describeEvery(everyMs: number | undefined): string {
  return everyMs === undefined ? "by the clock" : `every ${formatDuration(everyMs)}`;
}
