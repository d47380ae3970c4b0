import { ptr } from "bun:ffi";
import { EACCES } from "../unix/constants.ts";
import { closeFd } from "../unix/files.ts";
import { lazyLibc, orErrno } from "../unix/libc.ts";
import { openPath } from "../unix/paths.ts";
import { AT_FDCWD, callKernel, SYS } from "./syscalls.ts";

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
/** `/proc/4194304/fd/1073741816` and more. */
const PATH_BYTES = 64;
const NUMBER_AT = "socket:[".length;
const HIDDEN = -1;
const [LETTER_S, BRACKET, DIGIT_0, DOT] = [0x73, 0x5b, 0x30, 0x2e];
/** Of a number with up to four digits. */
const ENTRY_BYTES = 24;
/** For `.`, `..` and 24 files: what Node.js runs listens under 18 or 19, and most servers lower. */
const FIRST_BYTES = 26 * ENTRY_BYTES;

type Address = ReturnType<typeof ptr>;

/** A part of the list of a process's open files, as getdents64 has put it into the buffer. */
interface Chunk {
  readonly folder: number;
  readonly length: number;
  readonly enough: number;
}

/** What a look at the open files of a process has shown. */
export interface FdLook {
  /** The wanted sockets, with the fd of each. */
  readonly found: ReadonlyMap<number, number>;
  /** How many of the files were sockets, wanted or not. */
  readonly sockets: number;
  /** All fds up to this one were looked at; Infinity where it saw everything, or enough. */
  readonly upTo: number;
}

/** The same while it goes on. */
interface Tally {
  readonly found: Map<number, number>;
  sockets: number;
  upTo: number;
}

/** Looks for sockets among the open files of processes, in buffers that are made once. */
export class FdScan {
  readonly #entries = Buffer.alloc(64 * 1024);
  readonly #entriesAt = ptr(this.#entries);
  readonly #link = Buffer.alloc(LINK_BYTES);
  readonly #linkAt = ptr(this.#link);
  readonly #path = Buffer.alloc(PATH_BYTES);
  readonly #pathAt = ptr(this.#path);

  constructor(private readonly wanted: ReadonlySet<number>) {}

  /** A look at everything that a process has open, until it has `enough`; nothing where its files may not be seen. */
  look(pid: number, enough = Infinity): FdLook | undefined {
    return this.#open(pid, (folder, tally) => {
      while (tally.found.size < enough) {
        const length = callKernel(SYS.getdents64, folder, this.#entries, this.#entries.length);
        if (length < 0 || !this.#count({ folder, length, enough }, tally)) return undefined;
        if (length === 0) break;
      }
      return { ...tally, upTo: Infinity };
    });
  }

  /** The same for its first files alone: the kernel lists them by number, and as many as there is room for. */
  glance(pid: number): FdLook | undefined {
    return this.#open(pid, (folder, tally) => {
      const length = callKernel(SYS.getdents64, folder, this.#entries, FIRST_BYTES);
      if (length < 0 || !this.#count({ folder, length, enough: Infinity }, tally)) return undefined;
      const isAll = callKernel(SYS.getdents64, folder, this.#entries, ENTRY_BYTES) === 0;
      return isAll ? { ...tally, upTo: Infinity } : tally;
    });
  }

  /** The inode of the socket that a process has under this number; 0 where it has none, or it may not be seen. */
  inodeOf(pid: number, fd: number): number {
    this.#path.write(`/proc/${pid}/fd/${fd}\0`, "latin1");
    return Math.max(0, this.#inodeAt(AT_FDCWD, this.#pathAt));
  }

  #open(pid: number, look: (folder: number, tally: Tally) => FdLook | undefined): FdLook | undefined {
    const folder = openPath(`/proc/${pid}/fd`, O_DIRECTORY);
    if (folder < 0) return undefined;
    try {
      return look(folder, { found: new Map(), sockets: 0, upTo: -1 });
    } finally {
      closeFd(folder);
    }
  }

  /** Whether the files may be seen. */
  #count({ folder, length, enough }: Chunk, tally: Tally): boolean {
    const entries = this.#entries;
    for (
      let at = 0;
      at < length && tally.found.size < enough;
      at += entries[at + LENGTH_AT]! | (entries[at + LENGTH_AT + 1]! << 8)
    ) {
      if (entries[at + NAME_AT] === DOT) continue;
      const inode = this.#inodeAt(folder, (this.#entriesAt + at + NAME_AT) as Address);
      if (inode === HIDDEN) return false;
      tally.upTo = readNumber(entries, at + NAME_AT);
      if (inode === 0) continue;
      tally.sockets++;
      if (this.wanted.has(inode)) tally.found.set(inode, tally.upTo);
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
