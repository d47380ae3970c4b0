import { readTextPath } from "../unix/paths.ts";
import type { SocketRow } from "../../core/socket.ts";
import { listFolder } from "./list-folder.ts";

/**
 * Whether one of these processes watches the socket through epoll, which is how most servers wait. A process that blocks
 * in accept(), poll() or select() doesn't show it: then nothing is known.
 */
export function seesEpollWaiter(row: SocketRow, among: readonly number[]): true | undefined {
  const watched = new RegExp(`^tfd:.* ino:${Number(row.id).toString(16)} `, "m");
  return (
    among.some((pid) =>
      (listFolder(`/proc/${pid}/fdinfo`) ?? []).some((fd) =>
        watched.test(readTextPath(`/proc/${pid}/fdinfo/${fd}`) ?? ""),
      ),
    ) || undefined
  );
}
