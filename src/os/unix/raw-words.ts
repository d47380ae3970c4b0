import { readPath } from "./paths.ts";

let known: ReadonlyMap<string, Uint8Array<ArrayBuffer>> | undefined;

/**
 * A word as a C string. Where it came to us from outside and is no UTF-8, the runtime put U+FFFD in the place of what it
 * could not read: then it gets back the very bytes that it had, so that the command gets what it was given.
 */
export function cString(word: string): Uint8Array<ArrayBuffer> {
  return (word.includes("\uFFFD") ? rawWords().get(word) : undefined) ?? Buffer.from(`${word}\0`);
}

/** What we were started with, and what our parent was: a guard's words came to portguard first. Linux tells; macOS has only UTF-8. */
function rawWords(): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  known ??= new Map(
    [process.pid, process.ppid]
      .flatMap((pid) => [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`])
      .flatMap((path) => splitWords(readPath(path) ?? new Uint8Array(0)))
      .map((bytes) => [new TextDecoder().decode(bytes.subarray(0, -1)), bytes]),
  );
  return known;
}

/** Each word with the NUL at its end. */
function splitWords(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const words: Uint8Array<ArrayBuffer>[] = [];
  for (let from = 0, end = bytes.indexOf(0); end >= 0; from = end + 1, end = bytes.indexOf(0, from)) {
    words.push(bytes.slice(from, end + 1));
  }
  return words;
}
