/**
 * Splits a command line into argv as the C runtime does: blanks part, double quotes keep together, and backslashes are
 * themselves unless a quote follows them. The first word knows no backslash rule, since no file's name has a quote.
 */
export function splitCommandLine(line: string): string[] {
  const program = /^\s*(?:"([^"]*)"?|(\S+))/.exec(line);
  if (!program) return [];
  const argv = [program[1] ?? program[2]!];
  for (let at = skipBlanks(line, program[0].length); at < line.length; at = skipBlanks(line, at)) {
    const argument = readArgument(line, at);
    argv.push(argument.text);
    at = argument.end;
  }
  return argv;
}

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (isBlank(line[at])) at++;
  return at;
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

function readArgument(line: string, from: number): { text: string; end: number } {
  let [text, at, quoted] = ["", from, false];
  while (at < line.length && (quoted || !isBlank(line[at]))) {
    const piece = readPiece(line, at, quoted);
    text += piece.text;
    at += piece.length;
    if (piece.toggles) quoted = !quoted;
  }
  return { text, end: at };
}

/** Before a quote, 2n backslashes are n and the quote acts, 2n+1 are n and the quote is text; so is `""` within quotes. */
function readPiece(line: string, at: number, quoted: boolean): { text: string; length: number; toggles: boolean } {
  const pattern = /(\\*)("{0,2})/y;
  pattern.lastIndex = at;
  const [, slashes = "", quotes = ""] = pattern.exec(line)!;
  if (quotes === "") return { text: slashes || line[at]!, length: slashes.length || 1, toggles: false };
  const text = "\\".repeat(slashes.length >> 1);
  if (slashes.length % 2 === 1) return { text: `${text}"`, length: slashes.length + 1, toggles: false };
  if (quoted && quotes === '""') return { text: `${text}"`, length: slashes.length + 2, toggles: false };
  return { text, length: slashes.length + 1, toggles: true };
}
