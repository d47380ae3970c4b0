import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { fail } from "../core/error.ts";
import { reasonOf } from "../core/system-reason.ts";
import { writeWhole } from "./whole-file.ts";

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;

/** Whether something has this name. Throws NO_STATE_FOLDER where that can't be told. */
export function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    return refuseFolder(`${dirname(path)} can't be looked into`, error);
  }
}

/** The names in a folder; none where there is no such folder. Throws NO_STATE_FOLDER where that can't be told. */
export function listNames(folder: string): readonly string[] {
  if (!isThere(folder)) return [];
  try {
    return readdirSync(folder);
  } catch (error) {
    return refuseFolder(`${folder} can't be read`, error);
  }
}

/**
 * Writes a file whole or not at all, for its owner alone: a temporary one beside it, on the disk before it takes the name,
 * and the name on the disk before this returns. Throws NO_STATE_FOLDER where the folder is not ours, STATE_NOT_WRITTEN.
 */
export function writeOwned(path: string, text: string): void {
  ensureOwnedFolder(dirname(path));
  told(path, () => {
    writeWhole(path, text, { mode: FILE_MODE });
    syncFolder(dirname(path));
  });
}

/** The same without waiting for the disk, for what means nothing once the machine was off. */
export function replaceOwned(path: string, text: string): void {
  ensureOwnedFolder(dirname(path));
  told(path, () => writeWhole(path, text, { mode: FILE_MODE, fleeting: true }));
}

/** Likewise, where nothing has that name yet; of two who try, one does it. Answers whether it did. */
export function createOwned(path: string, text: string): boolean {
  ensureOwnedFolder(dirname(path));
  try {
    writeWhole(path, text, { mode: FILE_MODE, fleeting: true, onlyNew: true });
    return true;
  } catch (error) {
    return codeOf(error) === "EEXIST" ? false : refuseFile(path, error);
  }
}

/** Adds a line to a file of its owner alone, in one write, so that lines of two writers never mix. */
export function appendOwned(path: string, line: string): void {
  ensureOwnedFolder(dirname(path));
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);
  told(path, () => {
    const fd = openSync(path, flags, FILE_MODE);
    try {
      writeSync(fd, Buffer.from(`${line}\n`));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  });
}

export type OwnedText =
  | { readonly kind: "text"; readonly text: string }
  /** `because` completes "it can't be trusted: …". */
  | { readonly kind: "refused"; readonly because: string };

/** Reads a file that only its owner can have written; at most `most` bytes. Throws ENOENT where there is none. */
export function readOwned(path: string, most: number): OwnedText {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (codeOf(error) === "ENOENT") throw error;
    return { kind: "refused", because: reasonOf(error) };
  }
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

/** Makes the folder, and closes it to others where it was open; a link or somebody else's is refused. Throws NO_STATE_FOLDER. */
export function ensureOwnedFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  } catch (error) {
    refuseFolder(`${folder} can't be made`, error);
  }
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || !isOurs(stat.uid)) {
    fail("NO_STATE_FOLDER", `${folder} is not a folder of this user`, `move it away, or ${ELSEWHERE}`);
  }
  if (hasModes() && (stat.mode & OTHERS) !== 0) {
    try {
      chmodSync(folder, FOLDER_MODE);
    } catch (error) {
      refuseFolder(`${folder} can't be closed to others`, error);
    }
  }
}

const ELSEWHERE =
  process.getuid === undefined
    ? "set LOCALAPPDATA to a folder of yours"
    : "set XDG_STATE_HOME to a folder of yours that can be written to";

function told<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    return refuseFile(path, error);
  }
}

function refuseFile(path: string, cause: unknown): never {
  return fail("STATE_NOT_WRITTEN", `${path} can't be written: ${reasonOf(cause)}`, `make room, or ${ELSEWHERE}`, {
    cause,
  });
}

function refuseFolder(what: string, cause: unknown): never {
  return fail("NO_STATE_FOLDER", `${what}: ${reasonOf(cause)}`, ELSEWHERE, { cause });
}

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code;
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
