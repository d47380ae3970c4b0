import { closeFd } from "../unix/files.ts";
import { openPath } from "../unix/paths.ts";
import { callKernel, SYS } from "./syscalls.ts";

const O_DIRECTORY = process.arch === "arm64" ? 0o40000 : 0o200000;
/** struct linux_dirent64: inode (8), offset (8), length of the record (2), type (1), name. */
const LENGTH_AT = 16;
const TYPE_AT = 18;
const NAME_AT = 19;

export interface FolderEntry {
  readonly name: string;
  /** DT_DIR and its like (dirent.h). */
  readonly type: number;
  readonly inode: bigint;
}

/** The names in a folder, `.` and `..` left out; nothing where it may not be listed. */
export function listFolder(path: string): string[] | undefined {
  return readFolder(path, (chunk, at) => nameAt(chunk, at));
}

/** The same with what the folder says of each. */
export function listEntries(path: string): FolderEntry[] | undefined {
  return readFolder(path, (chunk, at) => ({
    name: nameAt(chunk, at),
    type: chunk.readUInt8(at + TYPE_AT),
    inode: chunk.readBigUInt64LE(at),
  }));
}

function readFolder<Entry>(path: string, parse: (chunk: Buffer, at: number) => Entry): Entry[] | undefined {
  const fd = openPath(path, O_DIRECTORY);
  if (fd < 0) return undefined;
  const entries: Entry[] = [];
  const chunk = Buffer.allocUnsafe(32 * 1024);
  try {
    for (;;) {
      const length = callKernel(SYS.getdents64, fd, chunk, chunk.length);
      if (length < 0) return undefined;
      if (length === 0) return entries;
      for (let at = 0; at < length; at += chunk.readUInt16LE(at + LENGTH_AT)) {
        if (!isDots(chunk, at + NAME_AT)) entries.push(parse(chunk, at));
      }
    }
  } finally {
    closeFd(fd);
  }
}

function nameAt(chunk: Buffer, at: number): string {
  return chunk.toString("utf8", at + NAME_AT, chunk.indexOf(0, at + NAME_AT));
}

/** `.` and `..` */
function isDots(chunk: Buffer, at: number): boolean {
  const dot = 0x2e;
  if (chunk[at] !== dot) return false;
  return chunk[at + 1] === 0 || (chunk[at + 1] === dot && chunk[at + 2] === 0);
}
