import type { RestartOutcome } from "../core/reserve-event.ts";
import { renderJson } from "./json.ts";
import type { JsonField } from "./json-fields.ts";
import type { SpanLine } from "./spans.ts";
import type { Style } from "./style.ts";

/** A restart that was asked for by name, and what became of it after so many milliseconds. */
export interface ToldRestart {
  readonly name: string;
  readonly ms: number;
  readonly outcome: RestartOutcome;
}

/** One line, whose mark stands without colour, too: `✓ api is restarted: generation 2 is ready after 412 ms`. */
export function renderRestart({ name, ms, outcome }: ToldRestart, { marks }: Style): readonly SpanLine[] {
  if (outcome.kind === "restarted")
    return [
      [
        { text: marks.good, tone: "good" },
        ` ${name} is restarted: generation ${outcome.generation} is ready after ${ms} ms`,
      ],
    ];
  return [[{ text: marks.bad, tone: "bad" }, ` ${name} is not restarted: ${outcome.what}`]];
}

/** Every field of what `restart --json` writes. */
export const RESTART_JSON: readonly JsonField[] = [
  ["schema", "1"],
  ["ok", "whether it is ready"],
  ["name", "the reservation's"],
  ["ms", "milliseconds that it took"],
  ["generation?", "where it is ready: which start of the command it was"],
  ["what?", "where it is not: why, one line"],
];

/** As `RESTART_JSON` lists it. */
export function renderRestartJson({ outcome, ...told }: ToldRestart): string {
  const { kind, ...values } = outcome;
  return renderJson({ ok: kind === "restarted", ...told, ...values });
}
