import type * as Fs from "node:fs";
import { fail } from "../core/error.ts";
import { PAGE_START } from "./reach-html.ts";
import { reasonOf } from "../core/system-reason.ts";

/** A file that a page goes to. Opened before the work, so that a bad name is told at once. */
export interface PageFile extends Disposable {
  /** There was an earlier page. */
  readonly replaces: boolean;
  /** Throws PAGE_FAILED. */
  readonly write: (page: string) => void;
}

/** Creates the file for its owner alone, or takes one that has an earlier page (or nothing) in it. Throws PAGE_FAILED. */
export function openPageFile(path: string): PageFile {
  const { O_CREAT, O_NONBLOCK, O_RDWR } = fs().constants;
  // Non-blocking: a FIFO that nobody reads is a failure at once.
  const fd = attempt(path, () => fs().openSync(path, O_RDWR | O_CREAT | O_NONBLOCK, 0o600));
  try {
    const replaces = requirePlace(path, fd);
    return {
      replaces,
      write: (page) => attempt(path, () => writePage(fd, page)),
      [Symbol.dispose]: () => fs().closeSync(fd),
    };
  } catch (error) {
    fs().closeSync(fd);
    throw error;
  }
}

/** Whether there is a page already; anything else in the file is somebody's work. */
function requirePlace(path: string, fd: number): boolean {
  const stat = fs().fstatSync(fd);
  if (!stat.isFile()) fail("PAGE_FAILED", `\`${path}\` is no file`, "name a file that you may write");
  if (stat.size === 0) return false;
  const start = Buffer.alloc(PAGE_START.length);
  fs().readSync(fd, start, 0, start.length, 0);
  if (start.toString("latin1") === PAGE_START) return true;
  return fail("PAGE_FAILED", `\`${path}\` has something else in it than a page of portguard`, "name another file");
}

function writePage(fd: number, page: string): void {
  const bytes = Buffer.from(page);
  fs().ftruncateSync(fd, 0);
  for (let done = 0; done < bytes.length;) done += fs().writeSync(fd, bytes, done, bytes.length - done, done);
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const what = `\`${path}\` can't be written: ${reasonOf(cause)}`;
    return fail("PAGE_FAILED", what, "name a file that you may write", { cause });
  }
}

function fs(): typeof Fs {
  return require("node:fs");
}
