import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import type { Os } from "../../core/os.ts";
import { findWorkTree } from "../../holders/work-tree.ts";
import { stateFolder } from "../../state/state-folder.ts";
import { StablePortFiles } from "../../state/stable-ports.ts";
import { listPorts, type PickArgs } from "./pick-args.ts";

/** The ports to try, in order, and what is to be remembered of those that are picked. */
export interface Candidates {
  readonly ports: readonly number[];
  readonly remember: (picked: readonly number[]) => void;
}

/**
 * A range that was asked for from its beginning; of the default one any port first, so that picks at one time rarely meet;
 * for a folder its own ports, then from where its name falls in the range, other folders' ports last.
 */
export async function chooseCandidates({ range, count, stable }: PickArgs, os: Os): Promise<Candidates> {
  const all = listPorts(range);
  if (!stable) {
    const start = range.isDefault ? Math.floor(Math.random() * all.length) : 0;
    return { ports: rotate(all, start), remember: () => {} };
  }
  const folder = await folderOf(stable);
  const files = new StablePortFiles(stateFolder(os.name, process.env));
  const rangeText = `${range.from}-${range.to}`;
  const own = files.read(folder, rangeText).filter((port) => all.includes(port));
  const others = new Set(files.listOthers(folder));
  const fallen = rotate(all, placeOf(folder, all.length));
  const isOwn = new Set(own);
  const rest = fallen.filter((port) => !isOwn.has(port));
  return {
    ports: [...own, ...rest.filter((port) => !others.has(port)), ...rest.filter((port) => others.has(port))],
    // What was remembered stays, though it is taken today: it is this folder's when it is free again.
    remember: (picked) => {
      const ports = [...own, ...picked.filter((port) => !isOwn.has(port))].slice(0, Math.max(own.length, count));
      if (ports.length > own.length) files.write({ folder, range: rangeText, ports });
    },
  };
}

async function folderOf(stable: NonNullable<PickArgs["stable"]>): Promise<string> {
  switch (stable.kind) {
    case "worktree":
      return (await findWorkTree(realpathSync(process.cwd())))?.root ?? realpathSync(process.cwd());
    case "folder":
      return realpathSync(stable.path);
  }
}

function placeOf(folder: string, length: number): number {
  return createHash("sha256").update(folder).digest().readUInt32BE(0) % length;
}

function rotate(ports: readonly number[], start: number): number[] {
  return [...ports.slice(start), ...ports.slice(0, start)];
}
