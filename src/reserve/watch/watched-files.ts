import { basename, join, relative, resolve, sep } from "node:path";
import picomatch from "picomatch";
import { GitIgnores } from "./git-ignores.ts";

/** Folders that hold what others made, and are much too large to be watched. */
const NEVER = new Set([".git", "node_modules"]);

/** One `--watch`, read. */
interface WatchedGlob {
  /** The folder, or the file itself, that has all that it can match. */
  readonly base: string;
  readonly matches: (path: string) => boolean;
  /** What it names git leaves out as a whole (`dist/**`): then that is what is meant. */
  readonly heedsGit: boolean;
}

/** Decides which files cause a restart. */
export class WatchedFiles {
  readonly #globs: readonly WatchedGlob[];
  readonly #git: GitIgnores;

  /** The globs are relative to `folder`. */
  constructor(globs: readonly string[], folder: string) {
    this.#git = new GitIgnores(folder);
    this.#globs = globs.map((glob) => readGlob(glob, folder, this.#git));
  }

  /** Where to look, without what is below another one of them. */
  get bases(): readonly string[] {
    const all = [...new Set(this.#globs.map(({ base }) => base))];
    return all.filter((base) => !all.some((other) => other !== base && isBelow(base, other)));
  }

  /** Whether a change of this file causes a restart. */
  has(path: string): boolean {
    return this.#globs.some(({ matches, heedsGit }) => matches(path) && !(heedsGit && this.#git.ignores(path, false)));
  }

  /** Whether nothing in this folder can matter, so that it need not be watched. */
  skips(folder: string): boolean {
    const wanting = this.#globs.filter(({ base }) => isBelow(base, folder) || isBelow(folder, base));
    return wanting.every(
      ({ base, heedsGit }) =>
        !isBelow(base, folder) &&
        (relative(base, folder)
          .split(sep)
          .some((part) => NEVER.has(part)) ||
          (heedsGit && this.#git.ignores(folder, true))),
    );
  }

  /** What git leaves out may be something else now. */
  noteChange(path: string): void {
    if (basename(path) === ".gitignore") this.#git.forget();
  }
}

function readGlob(glob: string, folder: string, git: GitIgnores): WatchedGlob {
  const { base, glob: pattern, negated } = picomatch.scan(toSlashes(glob));
  const root = resolve(folder, base);
  const rest = negated ? `!${pattern}` : pattern;
  const isMatch = pattern === "" ? undefined : picomatch(rest, { dot: false });
  const matches = (path: string) => {
    const name = toSlashes(relative(root, path));
    if (name.startsWith("..")) return false;
    return isMatch === undefined ? !isOfEditor(name) : isMatch(name);
  };
  return { base: root, matches, heedsGit: root === folder || !git.ignores(root, true) };
}

/** A folder alone means all that is in it, but for what editors put there while they save. */
function isOfEditor(name: string): boolean {
  const parts = name.split("/");
  return name !== "" && (parts.some((part) => part.startsWith(".")) || /~$|^4913$/.test(parts.at(-1) ?? ""));
}

function toSlashes(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

/** Whether a path is that folder, or in it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : join(folder, sep));
}
