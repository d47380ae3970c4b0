import { ENOMEM } from "../unix/constants.ts";
import { lazyLibc, orErrno } from "../unix/libc.ts";

const libc = lazyLibc({
  sysctlbyname: { args: ["ptr", "ptr", "ptr", "ptr", "u64"], returns: "i32" },
  sysctl: { args: ["ptr", "u32", "ptr", "ptr", "ptr", "u64"], returns: "i32" },
});

type Buffer8 = Uint8Array<ArrayBuffer>;
type Ask = (into: Buffer8 | null, length: BigUint64Array<ArrayBuffer>) => number;

/** What may be added to a table between the question for its size and the one for itself. */
const SPARE_BYTES = 16 * 1024;
/** A kernel without memory says ENOMEM, too, as it does of a buffer that is too small. */
const TRIES = 16;

/** The bytes of a kernel variable (`net.inet.tcp.pcblist_n`), or minus the error number. */
export function readSysctl(name: string): Buffer8 | number {
  return readGrowing((into, length) => libc().sysctlbyname(Buffer.from(`${name}\0`), into, length, null, 0));
}

/** The same for a variable that has numbers only, as those about a process do. */
export function readSysctlOf(...path: readonly number[]): Buffer8 | number {
  const mib = Int32Array.from(path);
  return readGrowing((into, length) => libc().sysctl(mib, mib.length, into, length, null, 0));
}

/** Asks for the size, then for the value, and again while the value outgrows what was made for it. */
function readGrowing(ask: Ask): Buffer8 | number {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const length = new BigUint64Array(1);
    const sized = orErrno(ask(null, length));
    if (sized < 0) return sized;
    const bytes = new Uint8Array(Number(length[0]) + SPARE_BYTES);
    length[0] = BigInt(bytes.length);
    const done = orErrno(ask(bytes, length));
    if (done === -ENOMEM) continue;
    return done < 0 ? done : bytes.subarray(0, Number(length[0]));
  }
  return -ENOMEM;
}
