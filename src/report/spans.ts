import { sanitize } from "./sanitize.ts";
import { type Style, type Tone, paint } from "./style.ts";

/** A piece of a line and its colour; a bare text has none. */
export type Span = string | { readonly text: string; readonly tone: Tone };
export type SpanLine = readonly Span[];

/** Glyphs of ours, for readers whose character set has only ASCII. What the system says is left as it is. */
const ASCII: Readonly<Record<string, string>> = {
  "…": "...",
  "▸": ">",
  "└": "`",
  "┘": "'",
  "·": "-",
  "✓": "ok",
  "✗": "x",
};

/** One line as a terminal may have it: each piece made safe first, and coloured then. */
export function renderSpans(line: SpanLine, style: Style): string {
  return line.map((span) => renderSpan(span, style)).join("");
}

function renderSpan(span: Span, style: Style): string {
  if (typeof span === "string") return fit(sanitize(span), style);
  return paint(fit(sanitize(span.text), style), span.tone, style);
}

function fit(text: string, { utf8 }: Style): string {
  return utf8 ? text : text.replace(/[…▸└┘·✓✗]/g, (glyph) => ASCII[glyph] ?? glyph);
}
