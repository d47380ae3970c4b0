import { pollFds } from "../unix/files.ts";
import { readLinkPath } from "../unix/paths.ts";
import { openPidfd } from "./syscalls.ts";

export const POLLRDHUP = 0x2000;

/** What shows that our starter has gone away: its end of our stdin, and its pidfd; both -1 where it may go. */
export interface Starter {
  readonly stdin: number;
  readonly parent: number;
}

export const NO_STARTER: Starter = { stdin: -1, parent: -1 };

/** Notes who started us where stdin is their pipe; at our own start, as they may be gone before the command starts. */
export function findStarter(): Starter {
  return isWatchable(0) ? { stdin: 0, parent: openPidfd(process.ppid) } : NO_STARTER;
}

/** Whether an fd is a pipe or a socket whose other end is still there: somebody started us with it and may go away. */
function isWatchable(fd: number): boolean {
  const isPipe = /^(?:pipe|socket):/.test(readLinkPath(`/proc/self/fd/${fd}`) ?? "");
  return isPipe && pollFds([{ fd, events: POLLRDHUP }], 0)[0] === 0;
}
