import type { PortHolder } from "../core/holder.ts";
import { findWorkTree } from "./work-tree.ts";

/**
 * Whether a holder belongs to a folder: it is in the same git work tree, or, where there is none, in that very folder. Another
 * work tree of the same repository is another place.
 */
export async function isOfPlace({ owner }: PortHolder, folder: string): Promise<boolean> {
  return owner.kind === "process" && isInPlace(owner.lineage[0].process.cwd, folder);
}

/** The same of a process by its folder. */
export async function isInPlace(its: string | undefined, folder: string): Promise<boolean> {
  if (its === undefined) return false;
  const [here, there] = await Promise.all([findWorkTree(folder), findWorkTree(its)]);
  return here || there ? here?.root === there?.root : folder === its;
}
