import { closeFd } from "../unix/files.ts";
import { openPath } from "../unix/paths.ts";
import { callKernel, SYS } from "./syscalls.ts";

const O_DIRECTORY = process.arch === "arm64" ? 0o40000 : 0o200000;
/** struct linux_dirent64: inode (8), offset (8), length of the record (2), type (1), name. */
const LENGTH_AT = 16;
const NAME_AT = 19;

/** The names in a folder, `.` and `..` left out; nothing where it may not be listed. */
export function listFolder(path: string): string[] | undefined {
  const fd = openPath(path, O_DIRECTORY);
  if (fd < 0) return undefined;
  const names: string[] = [];
  const chunk = Buffer.allocUnsafe(32 * 1024);
  try {
    for (;;) {
      const length = callKernel(SYS.getdents64, fd, chunk, chunk.length);
      if (length < 0) return undefined;
      if (length === 0) return names;
      for (let at = 0; at < length; at += chunk.readUInt16LE(at + LENGTH_AT)) {
        const name = chunk.toString("utf8", at + NAME_AT, chunk.indexOf(0, at + NAME_AT));
        if (name !== "." && name !== "..") names.push(name);
      }
    }
  } finally {
    closeFd(fd);
  }
}
