import { callKernel, SYS } from "./syscalls.ts";

const AT_FDCWD = -100;
const STATX_TYPE_AND_MODE = 0x3;
/** The place of stx_mode in struct statx (256 bytes). */
const MODE_AT = 28;

/** The type and permission bits of a file, links followed; nothing where there is none that we may see. */
export function readFileMode(path: string): number | undefined {
  const stat = new Uint8Array(256);
  const done = callKernel(SYS.statx, AT_FDCWD, Buffer.from(`${path}\0`), 0, STATX_TYPE_AND_MODE, stat);
  return done < 0 ? undefined : new DataView(stat.buffer).getUint16(MODE_AT, true);
}
