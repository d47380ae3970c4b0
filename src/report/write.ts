import type * as Fs from "node:fs";
import { sanitize } from "./sanitize.ts";
import { type SpanLine, renderSpans } from "./spans.ts";
import { type ColorMode, type Style, type Tone, chooseStyle, markOf, paint } from "./style.ts";

/** One line for stderr, without prefix, colour or line end. */
export interface Line {
  readonly tone: Tone;
  readonly text: string;
}

const STDOUT = 1;
const STDERR = 2;

/** How long a reader may take nothing from a full non-blocking stream before the rest is dropped: the guard must not hang on it. */
const PATIENCE_MS = 2000;

/** The answer: help, a version, a plan, JSON. Each line is made safe for a terminal. Answers whether somebody reads it. */
export function writeAnswer(text: string): boolean {
  const body = text.endsWith("\n") ? text.slice(0, -1) : text;
  return writeFully(STDOUT, `${body.split("\n").map(sanitize).join("\n")}\n`);
}

/** An answer with colours, which `renderSpans` has made safe. Answers whether somebody reads it. */
export function writeSpans(lines: readonly SpanLine[], style: Style): boolean {
  return lines.length === 0 || writeFully(STDOUT, lines.map((line) => `${renderSpans(line, style)}\n`).join(""));
}

/** Everything that is not the answer, each line with our name before it. */
export function writeLines(lines: readonly Line[], style: Style): void {
  if (lines.length > 0) writeFully(STDERR, lines.map((line) => `${renderLine(line, style)}\n`).join(""));
}

export function renderLine({ tone, text }: Line, style: Style): string {
  const body = markOf(tone, style) + sanitize(text);
  return `${paint("portguard:", tone, style)} ${tone === "hint" ? `hint: ${body}` : body}`;
}

/** The style of stderr, where lines go. */
export function styleOfStderr(mode: ColorMode): Style {
  return chooseStyle(mode, mode === "auto" && isTerminal(STDERR), process.env);
}

/** The style of stdout, where answers go. */
export function styleOfStdout(mode: ColorMode): Style {
  return chooseStyle(mode, mode === "auto" && isTerminal(STDOUT), process.env);
}

/** Whether a person reads the answer as it comes. */
export function isTerminalAnswer(): boolean {
  return isTerminal(STDOUT);
}

/** How many columns the terminal has that the answer goes to; nothing where it goes elsewhere. */
export function terminalColumns(): number | undefined {
  return isTerminal(STDOUT) ? process.stdout.columns || undefined : undefined;
}

/** A line of stderr that changes while something is waited for. */
export interface Progress {
  /** Puts this line into the place of the one before; it must not be longer than the terminal is wide. */
  readonly show: (text: string) => void;
  readonly clear: () => void;
}

/** Nothing where nobody watches. */
export function openProgress(): Progress | undefined {
  if (!isTerminal(STDERR) || process.env["TERM"] === "dumb") return undefined;
  const draw = (text: string) => void writeFully(STDERR, `\r\u001b[K${text}`);
  return { show: (text) => draw(sanitize(text)), clear: () => draw("") };
}

/**
 * Writes all of it before it returns. Answers whether that worked: a closed pipe, a terminal that is gone or a reader that
 * doesn't read are no failure of ours, so nothing is thrown.
 */
export function writeFully(fd: number, text: string): boolean {
  const bytes = Buffer.from(text);
  let deadline = performance.now() + PATIENCE_MS;
  for (let done = 0; done < bytes.length;) {
    try {
      done += fs().writeSync(fd, bytes, done);
      deadline = performance.now() + PATIENCE_MS;
    } catch (error) {
      if (!isFull(error) || performance.now() > deadline) return false;
      Bun.sleepSync(2);
    }
  }
  return true;
}

/** A child that shares our stderr may have made it non-blocking, as Node does with pipes: then "full" is an error. */
function isFull(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "EAGAIN" || code === "EINTR";
}

/** A terminal is a character device, and so is /dev/null. node:tty would know, for 1.5 MB that the guard has to keep. */
export function isTerminal(fd: number): boolean {
  try {
    const stat = fs().fstatSync(fd);
    return stat.isCharacterDevice() && stat.rdev !== nullDevice();
  } catch {
    return false;
  }
}

/** Nothing where there is no such file (Windows calls it NUL, and no character device). */
function nullDevice(): number | undefined {
  return fs().statSync("/dev/null", { throwIfNoEntry: false })?.rdev;
}

// Loaded on first use: it costs a millisecond of start, and most starts are over before they write a line.
function fs(): typeof Fs {
  return require("node:fs");
}
