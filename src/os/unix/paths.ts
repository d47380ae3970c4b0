import { closeFd, readFd } from "./files.ts";
import { lazyLibc, orErrno } from "./libc.ts";

const libc = lazyLibc({
  // Variadic, but without O_CREAT no further argument is read.
  open: { args: ["ptr", "i32"], returns: "i32" },
  access: { args: ["ptr", "i32"], returns: "i32" },
  getcwd: { args: ["ptr", "u64"], returns: "u64" },
  readlink: { args: ["ptr", "ptr", "u64"], returns: "i64" },
});

const O_CLOEXEC = process.platform === "darwin" ? 0x1000000 : 0o2000000;
const X_OK = 1;
const CHUNK = 16 * 1024;

// node:fs does the same, and takes longer to load than all that portguard does before the command starts.

/** Opens an existing file, close-on-exec, with these flags (0: to read): the fd, or minus the error number. */
export function openPath(path: string, flags = 0): number {
  return orErrno(libc().open(cString(path), flags | O_CLOEXEC));
}

/** The whole of a (small) file as bytes; nothing where it can't be read. */
export function readPath(path: string): Uint8Array<ArrayBuffer> | undefined {
  const fd = openPath(path);
  if (fd < 0) return undefined;
  try {
    return readToEnd(fd);
  } finally {
    closeFd(fd);
  }
}

export function readTextPath(path: string): string | undefined {
  const bytes = readPath(path);
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}

/** Whether this user may run the file. */
export function mayExecute(path: string): boolean {
  return libc().access(cString(path), X_OK) === 0;
}

/** Whether the folder that we run in was deleted, so that it has no path any more. */
export function isFolderGone(): boolean {
  return Number(libc().getcwd(new Uint8Array(CHUNK), CHUNK)) === 0;
}

/** Where a symbolic link points; nothing where it is none or may not be read. */
export function readLinkPath(path: string): string | undefined {
  const target = tryLinkPath(path);
  return typeof target === "string" ? target : undefined;
}

/** The same, or minus the error number. */
export function tryLinkPath(path: string): string | number {
  const target = Buffer.allocUnsafe(4096);
  const length = orErrno(Number(libc().readlink(cString(path), target, target.length)));
  return length < 0 ? length : target.toString("utf8", 0, length);
}

function readToEnd(fd: number): Uint8Array<ArrayBuffer> | undefined {
  let bytes = new Uint8Array(CHUNK);
  for (let length = 0; ;) {
    if (length === bytes.length) bytes = grow(bytes);
    const got = readFd(fd, bytes.subarray(length));
    if (got < 0) return undefined;
    if (got === 0) return bytes.subarray(0, length);
    length += got;
  }
}

function grow(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}

function cString(path: string): Uint8Array<ArrayBuffer> {
  return Buffer.from(`${path}\0`);
}
