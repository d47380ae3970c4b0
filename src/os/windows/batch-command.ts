import { win32 } from "node:path";

/** What cmd.exe leaves alone without quotes: everything else can part, redirect, expand or escape something. */
const PLAIN = /^[A-Za-z0-9#$*+\-./:?@\\_]+$/;

/** Whether Windows runs this file through cmd.exe. */
export function isBatch(path: string): boolean {
  return /\.(cmd|bat)$/i.test(path);
}

/** Why cmd.exe can't be given these arguments unharmed; nothing where it can. */
export function batchFault(argv: readonly string[]): string | undefined {
  const index = argv.findIndex((each) => /[\0\r\n]/.test(each));
  return index < 0 ? undefined : `argument ${index} has a line break, which no .cmd or .bat file can be given`;
}

/**
 * The command line that makes cmd.exe run a batch file with exactly these arguments; it is to be used as it is, without
 * further quoting. `/d`: no AutoRun, `/e:on` for `%cd:~,%` below, `/v:off`: `!` is text, `/s`: only the outer quotes go.
 */
export function batchCommandLine(path: string, args: readonly string[], systemRoot: string): string[] {
  const script = `"${escapePercent(path)}"`;
  const line = [script, ...args.map(quoteForBatch)].join(" ");
  return [win32.join(systemRoot, "System32", "cmd.exe"), "/d", "/e:on", "/v:off", "/s", "/c", `"${line}"`];
}

/**
 * Quotes for cmd.exe and for the C runtime behind the script at once: a quote is doubled (which both read as text, and
 * which keeps cmd.exe inside the quotes), and backslashes before a quote are doubled for the C runtime.
 */
export function quoteForBatch(argument: string): string {
  if (PLAIN.test(argument) && !argument.endsWith("\\")) return argument;
  const escaped = argument.replace(
    /(\\*)("|$)/g,
    (_, slashes: string, quote: string) => slashes + slashes + quote + quote,
  );
  return `"${escapePercent(escaped)}"`;
}

/** Quotes don't stop `%NAME%`; an empty piece of the always-set `%cd%` after each `%` leaves no name to expand. */
function escapePercent(text: string): string {
  return text.replaceAll("%", "%%cd:~,%");
}
