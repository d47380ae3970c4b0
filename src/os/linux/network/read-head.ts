import { closeFd, readFd } from "../../unix/files.ts";
import { openPath } from "../../unix/paths.ts";

/** The beginning of a file that others write, at most so many bytes of it; nothing where it can't be read. */
export function readHead(path: string, limit: number): string | undefined {
  const fd = openPath(path);
  if (fd < 0) return undefined;
  try {
    const bytes = Buffer.alloc(limit);
    for (let length = 0; ;) {
      const got = length === limit ? 0 : readFd(fd, bytes.subarray(length));
      if (got < 0) return undefined;
      if (got === 0) return bytes.toString("utf8", 0, length);
      length += got;
    }
  } finally {
    closeFd(fd);
  }
}
