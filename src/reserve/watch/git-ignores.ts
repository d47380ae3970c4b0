import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";

const FILE = ".gitignore";

/**
 * What the `.gitignore` files of a work tree say: each speaks for its folder and what is below, the deeper one last. Outside
 * of a work tree only the one of the starting folder and those below it count.
 */
export class GitIgnores {
  readonly #top: string;
  #read = new Map<string, Ignore | undefined>();

  constructor(from: string) {
    this.#top = findTop(from) ?? from;
  }

  /** Whether git would leave this file out; `.git` itself always. */
  ignores(path: string, isFolder: boolean): boolean {
    if (path.split(sep).includes(".git")) return true;
    const folders = foldersBetween(this.#top, path);
    // A folder that is ignored takes all that is in it along, whatever a file below says.
    const parents = folders.slice(1).map((folder) => ({ path: folder, isFolder: true }));
    return [...parents, { path, isFolder }].some((each) => this.#judge(each.path, each.isFolder));
  }

  /** One of the files has changed: all are read anew. */
  forget(): void {
    this.#read = new Map();
  }

  #judge(path: string, isFolder: boolean): boolean {
    let ignored = false;
    for (const folder of foldersBetween(this.#top, path)) {
      const name = relative(folder, path).split(sep).join("/") + (isFolder ? "/" : "");
      const verdict = this.#rulesOf(folder)?.test(name);
      if (verdict?.ignored) ignored = true;
      else if (verdict?.unignored) ignored = false;
    }
    return ignored;
  }

  #rulesOf(folder: string): Ignore | undefined {
    if (!this.#read.has(folder)) this.#read.set(folder, readRules(join(folder, FILE)));
    return this.#read.get(folder);
  }
}

/** From the top down to the folder that a path is in; none for what lies elsewhere, or is the top itself. */
function foldersBetween(top: string, path: string): string[] {
  const parts = relative(top, path).split(sep);
  if (parts[0] === "" || parts[0] === "..") return [];
  return parts.map((_, depth) => join(top, ...parts.slice(0, depth)));
}

function findTop(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** Nothing where there is no such file, or it may not be read. */
function readRules(path: string): Ignore | undefined {
  try {
    return ignore().add(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
