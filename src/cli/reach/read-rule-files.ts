import { closeSync, openSync, readSync } from "node:fs";
import { fail } from "../../core/error.ts";
import type { Dump } from "../../firewall/read.ts";
import { decodeRegistryFile } from "../../firewall/windows/registry.ts";
import { reasonOf } from "../../core/system-reason.ts";

/** Longer than this is no dump of a firewall (bytes; a registry's text has two for each sign). */
const MOST = 128 * 1024 * 1024;
const CHUNK = 1024 * 1024;

/** The dumps in these files, `-` from stdin; what redirection on Windows makes UTF-16 of is read as such. Throws BAD_RULES. */
export function readRuleFiles(files: readonly string[]): readonly Dump[] {
  return files.map((file) => {
    const name = file === "-" ? "stdin" : file;
    return { name, text: decodeRegistryFile(readBytes(file, name)) };
  });
}

/** A file, or a pipe as `<(iptables-save)`: its size is not known beforehand. */
function readBytes(file: string, name: string): Uint8Array {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    const fd = file === "-" ? 0 : openSync(file, "r");
    try {
      for (;;) {
        const chunk = Buffer.alloc(CHUNK);
        const count = readSync(fd, chunk, 0, CHUNK, null);
        if (count === 0) break;
        chunks.push(chunk.subarray(0, count));
        length += count;
        if (length > MOST) return fail("BAD_RULES", `${name} is longer than any dump of rules`, "give a dump of rules");
      }
    } finally {
      if (fd !== 0) closeSync(fd);
    }
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    return fail("BAD_RULES", `${name} can't be read: ${reasonOf(cause)}`, "give a file with a dump of rules", {
      cause,
    });
  }
  return Buffer.concat(chunks);
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "string" && !("what" in error);
}
