import { ptr } from "bun:ffi";
import { EACCES } from "../../unix/constants.ts";
import { closeFd } from "../../unix/files.ts";
import { lazyLibc, orErrno } from "../../unix/libc.ts";
import { openPath } from "../../unix/paths.ts";
import { callKernel, SYS } from "../syscalls.ts";

// Addresses go as plain numbers: with 20,000 open files on a machine, turning buffers into pointers would cost more than the calls.
const libc = lazyLibc({
  readlinkat: { args: ["i32", "u64", "u64", "u64"], returns: "i64" },
});

const O_DIRECTORY = process.arch === "arm64" ? 0o40000 : 0o200000;
const O_PATH = 0o10000000;
/** struct linux_dirent64: length of the record (2) at 16, name at 19. */
const LENGTH_AT = 16;
const NAME_AT = 19;
/** `socket:[4294967295]` and room for what is longer and no socket. */
const LINK_BYTES = 32;
const HIDDEN = -1;
const PREFIX = Buffer.from("socket:[");

/** Looks for sockets among the open files of processes, in buffers that are made once. */
export class FdScan {
  readonly #entries = Buffer.alloc(64 * 1024);
  readonly #link = Buffer.alloc(LINK_BYTES);
  readonly #name = Buffer.alloc(16);
  readonly #linkAt = ptr(this.#link);

  constructor(private readonly wanted: ReadonlySet<number>) {}

  /** The wanted sockets that a process has open, with the fd of each; nothing where its files may not be seen. */
  find(pid: number): Map<number, number> | undefined {
    const folder = openPath(`/proc/${pid}/fd`, O_DIRECTORY);
    if (folder < 0) return undefined;
    const found = new Map<number, number>();
    const entriesAt = ptr(this.#entries);
    try {
      for (;;) {
        const length = callKernel(SYS.getdents64, folder, this.#entries, this.#entries.length);
        if (length <= 0) return length < 0 ? undefined : found;
        for (
          let at = 0;
          at < length;
          at += this.#entries[at + LENGTH_AT]! | (this.#entries[at + LENGTH_AT + 1]! << 8)
        ) {
          const inode = this.#inodeAt(folder, entriesAt + at + NAME_AT);
          if (inode === HIDDEN) return undefined;
          if (inode !== 0 && this.wanted.has(inode)) found.set(inode, readNumber(this.#entries, at + NAME_AT));
        }
      }
    } finally {
      closeFd(folder);
    }
  }

  /** Whether this very fd of a process is this socket: children have what they inherit under the same number. */
  hasAt(pid: number, fd: number, inode: number): boolean {
    const folder = openPath(`/proc/${pid}/fd`, O_DIRECTORY | O_PATH);
    if (folder < 0) return false;
    this.#name.write(`${fd}\0`);
    const has = this.#inodeAt(folder, ptr(this.#name)) === inode;
    closeFd(folder);
    return has;
  }

  /** The inode of the socket behind a link in this folder; 0 where it is none, HIDDEN where it may not be read. */
  #inodeAt(folder: number, nameAt: number): number {
    const length = orErrno(Number(libc().readlinkat(folder, nameAt, this.#linkAt, LINK_BYTES)));
    // Whoever lacks one capability of the process may list its files, and not read what they are.
    if (length === -EACCES) return HIDDEN;
    if (length <= PREFIX.length || this.#link.compare(PREFIX, 0, PREFIX.length, 0, PREFIX.length) !== 0) return 0;
    return readNumber(this.#link, PREFIX.length);
  }
}

/** The decimal number that stands there. */
function readNumber(bytes: Uint8Array, from: number): number {
  let value = 0;
  for (let at = from; ; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return value;
    value = value * 10 + digit;
  }
}
