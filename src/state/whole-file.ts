import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** Whose the new file is, and who may do what with it. */
export interface FileRights {
  readonly mode: number;
  /** Nothing: ours. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

export interface WriteOptions extends FileRights {
  /** It means nothing once the machine was off: the disk is not waited for. */
  readonly fleeting?: true;
  /** Fail with EEXIST where something has that name. */
  readonly onlyNew?: true;
}

/**
 * Writes a file whole or not at all: a temporary one beside it, on the disk before it takes the name. Throws what the
 * system says.
 */
export function writeWhole(path: string, text: string, { mode, owner, fleeting, onlyNew }: WriteOptions): void {
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  try {
    const fd = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
      if (owner) fchownSync(fd, owner.uid, owner.gid);
      fchmodSync(fd, mode);
      if (!fleeting) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (onlyNew) linkSync(temporary, path);
    else renameSync(temporary, path);
  } finally {
    // The other name of what was linked, or what could not be finished.
    rmSync(temporary, { force: true });
  }
}
