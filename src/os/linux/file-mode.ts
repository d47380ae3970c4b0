import { AT_FDCWD, callKernel, SYS } from "./syscalls.ts";

const STATX_TYPE_MODE_INODE_SIZE = 0x303;
const STATX_INODE_AND_TIMES = 0x1e0;
/** The places of stx_mode, stx_ino, stx_size and of three times in struct statx (256 bytes). */
const MODE_AT = 28;
const INODE_AT = 32;
const SIZE_AT = 40;
const [ACCESS_AT, CHANGE_AT, WRITE_AT] = [64, 96, 112];

export interface FileStatus {
  /** Type and permission bits. */
  readonly mode: number;
  readonly inode: bigint;
  readonly size: number;
}

/** What statx() says of a file, links followed; nothing where there is none that we may see. */
export function readFileStatus(path: string): FileStatus | undefined {
  const view = readStatx(path, STATX_TYPE_MODE_INODE_SIZE);
  return (
    view && {
      mode: view.getUint16(MODE_AT, true),
      inode: view.getBigUint64(INODE_AT, true),
      size: Number(view.getBigUint64(SIZE_AT, true)),
    }
  );
}

export interface FileTimes {
  readonly inode: bigint;
  /** When it was last read, written to and changed, in milliseconds since the epoch. */
  readonly read: number;
  readonly written: number;
  readonly changed: number;
}

export function readFileTimes(path: string): FileTimes | undefined {
  const view = readStatx(path, STATX_INODE_AND_TIMES);
  if (!view) return undefined;
  const timeAt = (at: number) => Number(view.getBigInt64(at, true)) * 1000 + view.getUint32(at + 8, true) / 1e6;
  const [read, written, changed] = [timeAt(ACCESS_AT), timeAt(WRITE_AT), timeAt(CHANGE_AT)];
  return { inode: view.getBigUint64(INODE_AT, true), read, written, changed };
}

function readStatx(path: string, mask: number): DataView | undefined {
  const stat = new Uint8Array(256);
  const done = callKernel(SYS.statx, AT_FDCWD, Buffer.from(`${path}\0`), 0, mask, stat);
  return done < 0 ? undefined : new DataView(stat.buffer);
}

/** The type and permission bits of a file, links followed; nothing where there is none that we may see. */
export function readFileMode(path: string): number | undefined {
  return readFileStatus(path)?.mode;
}
