import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { ProcessInfo } from "../core/socket.ts";

/** No script that somebody wrote is larger. */
const LARGEST = 256 * 1024;

/** What stands in the file whose commands a shell runs: `sh ./serve.sh`. Nothing where it runs none, or that can't be read. */
export function readScript({ command, cwd = "/" }: ProcessInfo): string | undefined {
  const [, ...words] = command;
  const file = words.find((word) => !/^[-+]/.test(word));
  // `sh -c`, `bash -lc`: the commands stand in the command line.
  const isGiven = words.some((word) => /^-[A-Za-z]*c$/.test(word));
  if (file === undefined || isGiven) return undefined;
  try {
    const path = resolve(cwd, file);
    const found = statSync(path);
    // A pipe or a device would be read for ever.
    return found.isFile() && found.size <= LARGEST ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
