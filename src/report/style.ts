export type Tone = "plain" | "good" | "warn" | "bad" | "hint";
export type ColorMode = "auto" | "always" | "never";

/** How a stream shows tones. Colour and mark come together, so that colour never carries a meaning alone. */
export interface Style {
  readonly colored: boolean;
  /** Whether the reader's character set has more than ASCII. */
  readonly utf8: boolean;
  readonly marks: Marks;
}

export interface Marks {
  readonly good: string;
  readonly bad: string;
  readonly warn: string;
}

const COLORS: Readonly<Record<Tone, string>> = { plain: "2", good: "32", warn: "33", bad: "31", hint: "2" };

/** Decides for one stream. An explicit `--color` beats NO_COLOR, which counts when it is not empty (no-color.org). */
export function chooseStyle(
  mode: ColorMode,
  terminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Style {
  const utf8 = isUtf8(env);
  const colored = mode === "auto" ? terminal && wantsColor(env) : mode === "always";
  return { colored, utf8, marks: utf8 ? MARKS : ASCII_MARKS };
}

/** `text` in the colour of its tone. */
export function paint(text: string, tone: Tone, { colored }: Style): string {
  return colored ? `\u001b[${COLORS[tone]}m${text}\u001b[0m` : text;
}

/** The mark of a tone with a space behind it; nothing where the style or the tone has none. */
export function markOf(tone: Tone, { colored, marks }: Style): string {
  return colored && tone !== "plain" && tone !== "hint" ? `${marks[tone]} ` : "";
}

function wantsColor(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

const MARKS: Marks = { good: "✓", bad: "✗", warn: "?" };
const ASCII_MARKS: Marks = { good: "ok", bad: "x", warn: "?" };

/** The first of these variables that is set decides the character set (POSIX, Environment Variables, 8.2). */
function isUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((value) => (value ?? "") !== "") ?? "";
  return /utf-?8/i.test(locale);
}
