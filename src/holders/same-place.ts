import type { PortHolder } from "../core/holder.ts";
import { findWorkTree } from "./work-tree.ts";

/**
 * Whether a holder belongs to a folder: it is in the same git work tree, or, where there is none, in that very folder. Another
 * work tree of the same repository is another place.
 */
export async function isOfPlace({ owner }: PortHolder, folder: string): Promise<boolean> {
  if (owner.kind !== "process") return false;
  const its = owner.lineage[0].process.cwd;
  if (its === undefined) return false;
  const [here, there] = await Promise.all([findWorkTree(folder), findWorkTree(its)]);
  return here || there ? here?.root === there?.root : folder === its;
}
