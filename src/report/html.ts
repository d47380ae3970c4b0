import { sanitize } from "./sanitize.ts";

/** Markup that is safe to stand in a page; built by `markup` only. */
export class Html {
  constructor(readonly source: string) {}
}

export type HtmlPart = Html | string | number | readonly HtmlPart[];

/** A template whose values are escaped, unless they are markup themselves. Attributes must be quoted in it. */
export function markup(strings: TemplateStringsArray, ...values: readonly HtmlPart[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(render)));
}

function render(value: HtmlPart): string {
  if (value instanceof Html) return value.source;
  if (typeof value === "object") return value.map(render).join("");
  return escapeText(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** What could change direction or visibility of the text around it is shown instead, as on a terminal. */
function escapeText(text: string): string {
  return sanitize(text).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? "");
}
