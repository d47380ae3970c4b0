import { callKernel, SYS } from "./syscalls.ts";

const AT_FDCWD = -100;
const STATX_TYPE_MODE_INODE_SIZE = 0x303;
/** The places of stx_mode, stx_ino and stx_size in struct statx (256 bytes). */
const MODE_AT = 28;
const INODE_AT = 32;
const SIZE_AT = 40;

export interface FileStatus {
  /** Type and permission bits. */
  readonly mode: number;
  readonly inode: bigint;
  readonly size: number;
}

/** What statx() says of a file, links followed; nothing where there is none that we may see. */
export function readFileStatus(path: string): FileStatus | undefined {
  const stat = new Uint8Array(256);
  const done = callKernel(SYS.statx, AT_FDCWD, Buffer.from(`${path}\0`), 0, STATX_TYPE_MODE_INODE_SIZE, stat);
  if (done < 0) return undefined;
  const view = new DataView(stat.buffer);
  return {
    mode: view.getUint16(MODE_AT, true),
    inode: view.getBigUint64(INODE_AT, true),
    size: Number(view.getBigUint64(SIZE_AT, true)),
  };
}

/** The type and permission bits of a file, links followed; nothing where there is none that we may see. */
export function readFileMode(path: string): number | undefined {
  return readFileStatus(path)?.mode;
}
