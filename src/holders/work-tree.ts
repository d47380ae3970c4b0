import { dirname, join, resolve } from "node:path";
import type { WorkTree } from "../core/holder.ts";

/** Nobody nests folders deeper than this and expects an answer. */
const DEEPEST = 40;

/** The git work tree that a folder is in; nothing where there is none that we may read. */
export async function findWorkTree(folder: string): Promise<WorkTree | undefined> {
  let root = folder;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const head = await readHead(join(root, ".git"));
    if (head !== undefined) return describeHead(root, head);
    const above = dirname(root);
    if (above === root) return undefined;
    root = above;
  }
  return undefined;
}

/** Of a repository `.git` is a folder; of a further work tree a file that names one: `gitdir: /home/ada/shop/.git/worktrees/fix`. */
async function readHead(git: string): Promise<string | undefined> {
  const inFolder = await readText(join(git, "HEAD"));
  if (inFolder !== undefined) return inFolder;
  const elsewhere = /^gitdir: (.+)$/m.exec((await readText(git)) ?? "")?.[1];
  return elsewhere === undefined ? undefined : readText(join(resolve(dirname(git), elsewhere), "HEAD"));
}

function describeHead(root: string, head: string): WorkTree {
  const branch = /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1];
  return { root, ...(branch !== undefined && { branch }) };
}

async function readText(path: string): Promise<string | undefined> {
  return Bun.file(path)
    .text()
    .catch(() => undefined);
}
