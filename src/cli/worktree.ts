import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The root of the git worktree that a folder is in: `.git` is a folder there, or a linked worktree's file. */
export function findWorktree(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return undefined;
  }
}
