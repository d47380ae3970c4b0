import type { Stage } from "../core/diagnosis.ts";
import { clipColumns } from "./columns.ts";
import { sanitize } from "./sanitize.ts";
import type { SpanLine } from "./spans.ts";
import type { Style, Tone } from "./style.ts";

const COLUMNS = 80;
const INDENT = "  ";

/** One column each, so that the seven stations fit into a line. */
const MARKS: Readonly<Record<Stage["mark"], { readonly glyph: string; readonly ascii: string; readonly tone: Tone }>> =
  {
    ok: { glyph: "✓", ascii: "+", tone: "good" },
    broken: { glyph: "✗", ascii: "x", tone: "bad" },
    unknown: { glyph: "?", ascii: "?", tone: "warn" },
    none: { glyph: "-", ascii: "-", tone: "plain" },
  };

/** The stations in one line of at most 80 columns, and what stands at the break (or, without one, at the first `?`) below it. */
export function renderPath(path: readonly Stage[], style: Style): readonly SpanLine[] {
  const arrow = style.utf8 ? " ▸ " : " > ";
  const line = path.flatMap((stage, index) => [index === 0 ? INDENT : arrow, ...renderStation(stage, style)]);
  const at = findPointed(path);
  if (at < 0) return [line];
  const before = path.slice(0, at).reduce((sum, { name }) => sum + 2 + name.length + arrow.length, INDENT.length);
  return [line, ...pointAt(path[at]!, before, style)];
}

function renderStation({ name, mark }: Stage, { utf8 }: Style): SpanLine {
  const { glyph, ascii, tone } = MARKS[mark];
  const sign = utf8 ? glyph : ascii;
  if (mark === "none") return [{ text: `${sign} ${name}`, tone }];
  return mark === "broken" ? [{ text: `${sign} ${name}`, tone }] : [{ text: sign, tone }, ` ${name}`];
}

function findPointed(path: readonly Stage[]): number {
  const broken = path.findIndex(({ mark }) => mark === "broken");
  return broken >= 0 ? broken : path.findIndex(({ mark, text }) => mark === "unknown" && text !== "");
}

/** The station's own words below its mark, on the side that has more room for them. */
function pointAt({ name, mark, text }: Stage, column: number, { utf8 }: Style): readonly SpanLine[] {
  const words = sanitize(text === "" ? name : text);
  const { tone } = MARKS[mark];
  const right = COLUMNS - column - 2;
  const left = column - INDENT.length - 1;
  const width = Bun.stringWidth(words);
  if (width <= right || right >= left) {
    return [[`${" ".repeat(column)}${utf8 ? "└" : "`"} `, { text: clipColumns(words, right, utf8), tone }]];
  }
  const shown = clipColumns(words, left, utf8);
  const gap = " ".repeat(column - 1 - Bun.stringWidth(shown));
  return [[gap, { text: shown, tone }, ` ${utf8 ? "┘" : "'"}`]];
}
