import { readSync } from "node:fs";
import { sanitize } from "./sanitize.ts";
import { isTerminal, writeFully } from "./write.ts";

const STDIN = 0;
const STDERR = 2;
const MOST = 1024;

/** Whether somebody sits there who could be asked. */
export function canAsk(): boolean {
  return [STDIN, STDERR].every(isTerminal);
}

/** Asks on the terminal, and waits for the line: only `y` and `yes` mean it. */
export function askYes(question: string): boolean {
  writeFully(STDERR, `portguard: ${sanitize(question)} [y/N] `);
  const bytes = Buffer.alloc(MOST);
  let length = 0;
  try {
    length = readSync(STDIN, bytes, 0, MOST, null);
  } catch {
    return false; // the terminal hung up
  }
  return /^\s*y(?:es)?\s*$/i.test(bytes.toString("utf8", 0, length));
}
