import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { fail } from "../core/error.ts";
import { writeWhole } from "./whole-file.ts";

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;

/**
 * Writes a file whole or not at all, for its owner alone: a temporary one beside it, on the disk before it takes the name,
 * and the name on the disk before this returns. Throws INTERNAL where the folder is not ours.
 */
export function writeOwned(path: string, text: string): void {
  ensureOwnedFolder(dirname(path));
  writeWhole(path, text, { mode: FILE_MODE });
  syncFolder(dirname(path));
}

/** The same without waiting for the disk, for what means nothing once the machine was off. */
export function replaceOwned(path: string, text: string): void {
  ensureOwnedFolder(dirname(path));
  writeWhole(path, text, { mode: FILE_MODE, fleeting: true });
}

/** Likewise, where nothing has that name yet; of two who try, one does it. Answers whether it did. */
export function createOwned(path: string, text: string): boolean {
  ensureOwnedFolder(dirname(path));
  try {
    writeWhole(path, text, { mode: FILE_MODE, fleeting: true, onlyNew: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Adds a line to a file of its owner alone, in one write, so that lines of two writers never mix. */
export function appendOwned(path: string, line: string): void {
  ensureOwnedFolder(dirname(path));
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);
  const fd = openSync(path, flags, FILE_MODE);
  try {
    writeSync(fd, Buffer.from(`${line}\n`));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export type OwnedText =
  | { readonly kind: "text"; readonly text: string }
  /** `because` completes "it can't be trusted: …". */
  | { readonly kind: "refused"; readonly because: string };

/** Reads a file that only its owner can have written; at most `most` bytes. */
export function readOwned(path: string, most: number): OwnedText {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const { uid, mode, size, isFile } = statOf(fd);
    if (!isFile) return { kind: "refused", because: "it is not a file" };
    if (!isOurs(uid)) return { kind: "refused", because: `it belongs to user ${uid}` };
    if (hasModes() && (mode & 0o022) !== 0) return { kind: "refused", because: "others may write to it" };
    if (size > most) return { kind: "refused", because: `it has ${size} bytes` };
    return { kind: "text", text: readFileSync(fd, "utf8") };
  } finally {
    closeSync(fd);
  }
}

export function removeOwned(path: string): void {
  rmSync(path, { force: true });
  syncFolder(dirname(path));
}

/** Makes the folder, and closes it to others where it was open; a link or somebody else's is refused. */
export function ensureOwnedFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || !isOurs(stat.uid)) {
    fail("INTERNAL", `${folder} is not a folder of this user`, "move it away, or set XDG_STATE_HOME");
  }
  if (hasModes() && (stat.mode & OTHERS) !== 0) chmodSync(folder, FOLDER_MODE);
}

function statOf(fd: number) {
  const stat = fstatSync(fd);
  return { uid: stat.uid, mode: stat.mode, size: stat.size, isFile: stat.isFile() };
}

function isOurs(uid: number): boolean {
  return !hasModes() || uid === process.getuid?.();
}

/** Windows has access lists instead, which the user's own folder passes on to what is in it. */
function hasModes(): boolean {
  return process.getuid !== undefined;
}

function syncFolder(folder: string): void {
  if (!hasModes()) return;
  let fd: number;
  try {
    fd = openSync(folder, constants.O_RDONLY);
  } catch {
    return; // it was never made: there is no name to be kept
  }
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
