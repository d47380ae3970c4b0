import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import { type FileRights, writeWhole } from "./whole-file.ts";

/** Somebody's configuration, as it was read. */
export interface ConfigFile {
  readonly kind: "file";
  /** Where it really is: links are followed, so that they go on pointing to it. */
  readonly path: string;
  /** With its byte order mark, if it has one. */
  readonly text: string;
  readonly rights: FileRights;
}

const MOST_BYTES = 32 * 1024 * 1024;

/** `because` completes "it can't be read: …". */
export type ReadConfig = ConfigFile | { readonly kind: "refused"; readonly because: string };

/** Reads a configuration in UTF-8. Throws what the system says. */
export function readConfigFile(name: string): ReadConfig {
  const path = realpathSync(name);
  // Non-blocking: a FIFO is no file, and is not waited for.
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(fd);
    const { mode, uid, gid, size } = stat;
    if (!stat.isFile()) return { kind: "refused", because: "it is no file" };
    if (size > MOST_BYTES) return { kind: "refused", because: `it has ${size} bytes` };
    const text = decode(readFileSync(fd));
    if (text === undefined) return { kind: "refused", because: "it is not UTF-8" };
    const isOurs = process.getuid === undefined || (process.getuid() === uid && process.getgid?.() === gid);
    return { kind: "file", path, text, rights: { mode: mode & 0o7777, ...(!isOurs && { owner: { uid, gid } }) } };
  } finally {
    closeSync(fd);
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Puts this text into the file's place, whole or not at all, with the owner and mode that it had. Answers whether it did:
 * not where somebody has changed it since it was read. Throws what the system says.
 */
export function replaceConfigFile({ path, text: before, rights }: ConfigFile, text: string): boolean {
  const now = readConfigFile(path);
  if (now.kind === "refused" || now.text !== before) return false;
  writeWhole(path, text, rights);
  return true;
}
