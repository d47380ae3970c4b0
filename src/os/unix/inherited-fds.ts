import { readdirSync } from "node:fs";
import { openFdsBetween, setCloseOnExec } from "./files.ts";
import { readLinkPath } from "./paths.ts";

const FIRST_FD = 3;
/** Shells give numbers below 256; looking further would only cost time. */
const LAST_FD = 1023;
/** More than this the threads of the runtime do not open while one start is made. */
const OPENED_AT_ONCE = 16;

let remembered: readonly number[] | undefined;

/**
 * The open files beyond stdio that our starter gave us (`3>log`, `<(…)`). On Linux the runtime makes all of them
 * close-on-exec at its start; its own are anonymous. Elsewhere it leaves them as they are: there are none to care for.
 * Read once, before portguard opens anything itself.
 */
export function inheritedFds(): readonly number[] {
  remembered ??= process.platform === "linux" ? readInherited() : [];
  return remembered;
}

function readInherited(): number[] {
  return openFdsBetween(FIRST_FD, LAST_FD).filter((fd) => !isOfRuntime(readLinkPath(`/proc/self/fd/${fd}`)));
}

/** It looks at its own memory from time to time, too, and so does that of our parent, whose look we may have been given. */
function isOfRuntime(path = ""): boolean {
  return path.startsWith("anon_inode:") || /^\/proc\/\d+\/statm$/.test(path);
}

/** Takes one of them out: it was meant for us. */
export function keepFd(fd: number): void {
  remembered = inheritedFds().filter((each) => each !== fd);
  setCloseOnExec(fd);
}

/** Lets the next program have them, as it would without us. */
export function passInheritedFds(except: readonly number[] = []): void {
  for (const fd of inheritedFds()) if (!except.includes(fd)) setCloseOnExec(fd, false);
}

/**
 * The numbers that a child has to close, so that it gets nothing but those open files and `more`: another thread of the
 * runtime may open one at the very moment of a start, without close-on-exec. It gets the first number that is free.
 */
export function strayFds(more: readonly number[] = []): readonly number[] {
  if (process.platform !== "linux") return [];
  const wanted = new Set([...inheritedFds(), ...more]);
  const last = Math.max(...readdirSync("/proc/self/fd").map(Number), ...wanted) + OPENED_AT_ONCE;
  return Array.from({ length: last - FIRST_FD + 1 }, (_, index) => FIRST_FD + index).filter((fd) => !wanted.has(fd));
}

/** Hides them from the program that takes our place, too, as near to that moment as can be. */
export function hideStrayFds(): void {
  for (const fd of strayFds()) setCloseOnExec(fd);
}
