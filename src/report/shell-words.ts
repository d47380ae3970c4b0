import type { OsName } from "../core/os.ts";
import { quoteWord } from "../core/show-command.ts";
import { sanitize } from "./sanitize.ts";

/** An argv as it would be typed on this system: in a POSIX shell, or in PowerShell (and cmd, wherever one form serves both). */
export function formatCommand(argv: readonly string[], system: OsName): string {
  return system === "windows" ? formatForWindows(argv) : argv.map(quotePosix).join(" ");
}

/** A word that stands for itself; a first one with `=` would be an assignment, and `=` in front means something to zsh. */
function quotePosix(word: string, index: number): string {
  if (/^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/.test(word) && !(index === 0 && word.includes("="))) return word;
  if (sanitize(word) !== word) return `$'${Array.from(word, escapeChar).join("")}'`;
  return quoteWord(word);
}

/** Inside of `$'…'`, as bash, zsh and ksh read it: what a terminal must not get is written as an escape. */
function escapeChar(char: string): string {
  if (char === "\\" || char === "'") return `\\${char}`;
  // Between 0x80 and 0x9f `\x` would be a byte of its own, and not the character.
  return sanitize(char).replace(/^\\x([89].)$/, "\\u00$1");
}

function formatForWindows([program = "", ...words]: readonly string[]): string {
  const first = quoteWindows(program);
  // PowerShell takes a quoted word for a text, unless it is told to call it.
  return [first === program ? first : `& ${first}`, ...words.map(quoteWindows)].join(" ");
}

/** Double quotes serve both shells; what PowerShell would expand in them stands in single ones. */
function quoteWindows(word: string): string {
  if (/^[A-Za-z0-9_+:./\\=-]+$/.test(word)) return word;
  // A backslash in front of the last quote would take it for a letter.
  if (!/["$`%]/.test(word)) return `"${word.replace(/\\+$/, "$&$&")}"`;
  return `'${word.replaceAll("'", "''")}'`;
}
