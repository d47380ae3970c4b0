import { ptr } from "bun:ffi";
import { EACCES } from "../../unix/constants.ts";
import { closeFd } from "../../unix/files.ts";
import { lazyLibc, orErrno } from "../../unix/libc.ts";
import { openPath } from "../../unix/paths.ts";
import { callKernel, SYS } from "../syscalls.ts";

// The names and what they lead to go by address and the lengths in 32 bits: with 20,000 open files on a machine, turning
// buffers into pointers and 64-bit numbers into our own would cost more than the calls.
const libc = lazyLibc({
  readlinkat: { args: ["i32", "ptr", "ptr", "i32"], returns: "i32" },
});

const O_DIRECTORY = process.arch === "arm64" ? 0o40000 : 0o200000;
/** struct linux_dirent64: length of the record (2) at 16, name at 19. */
const LENGTH_AT = 16;
const NAME_AT = 19;
/** `socket:[4294967295]` and room for what is longer and no socket. */
const LINK_BYTES = 32;
const NUMBER_AT = "socket:[".length;
const HIDDEN = -1;
const [LETTER_S, BRACKET, DIGIT_0] = [0x73, 0x5b, 0x30];

type Address = ReturnType<typeof ptr>;

/** What getdents64 has put into the buffer. */
interface Chunk {
  readonly folder: number;
  readonly length: number;
  readonly enough: number;
}

/** Looks for sockets among the open files of processes, in buffers that are made once. */
export class FdScan {
  readonly #entries = Buffer.alloc(64 * 1024);
  readonly #entriesAt = ptr(this.#entries);
  readonly #link = Buffer.alloc(LINK_BYTES);
  readonly #linkAt = ptr(this.#link);

  constructor(private readonly wanted: ReadonlySet<number>) {}

  /**
   * The wanted sockets that a process has open, with the fd of each; it looks no further where it has `enough`. Nothing
   * where its files may not be seen.
   */
  find(pid: number, enough = Infinity): Map<number, number> | undefined {
    const folder = openPath(`/proc/${pid}/fd`, O_DIRECTORY);
    if (folder < 0) return undefined;
    const found = new Map<number, number>();
    try {
      while (found.size < enough) {
        const length = callKernel(SYS.getdents64, folder, this.#entries, this.#entries.length);
        if (length <= 0) return length < 0 ? undefined : found;
        if (!this.#findAmong({ folder, length, enough }, found)) return undefined;
      }
      return found;
    } finally {
      closeFd(folder);
    }
  }

  /** Whether the files may be seen. */
  #findAmong({ folder, length, enough }: Chunk, found: Map<number, number>): boolean {
    const entries = this.#entries;
    for (
      let at = 0;
      at < length && found.size < enough;
      at += entries[at + LENGTH_AT]! | (entries[at + LENGTH_AT + 1]! << 8)
    ) {
      const inode = this.#inodeAt(folder, (this.#entriesAt + at + NAME_AT) as Address);
      if (inode === HIDDEN) return false;
      if (inode !== 0 && this.wanted.has(inode)) found.set(inode, readNumber(entries, at + NAME_AT));
    }
    return true;
  }

  /** The inode of the socket behind a link in this folder; 0 where it is none, HIDDEN where it may not be read. */
  #inodeAt(folder: number, nameAt: Address): number {
    const length = libc().readlinkat(folder, nameAt, this.#linkAt, LINK_BYTES);
    // Whoever lacks one capability of the process may list its files, and not read what they are.
    if (length < 0) return orErrno(length) === -EACCES ? HIDDEN : 0;
    // Nothing else begins with an s and has a bracket there: other links are paths, or `pipe:[…]` and `anon_inode:…`.
    if (length <= NUMBER_AT || this.#link[0] !== LETTER_S || this.#link[NUMBER_AT - 1] !== BRACKET) return 0;
    return readNumber(this.#link, NUMBER_AT);
  }
}

/** The decimal number that stands there. */
function readNumber(bytes: Uint8Array, from: number): number {
  let value = 0;
  for (let at = from; ; at++) {
    const digit = (bytes[at] ?? 0) - DIGIT_0;
    if (digit < 0 || digit > 9) return value;
    value = value * 10 + digit;
  }
}
