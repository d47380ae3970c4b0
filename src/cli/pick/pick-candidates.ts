import { createHash } from "node:crypto";
import type { Os } from "../../core/os.ts";
import { whatOf } from "../../core/system-reason.ts";
import { stateFolder } from "../../state/state-folder.ts";
import { StablePortFiles } from "../../state/stable-ports.ts";
import { listPorts, type PickArgs } from "./pick-args.ts";

/** The ports to try, in order, and what is to be remembered of those that are picked. */
export interface Candidates {
  readonly ports: readonly number[];
  /** Those of them that the folder gets each time. */
  readonly own: readonly number[];
  /** Answers why they can't be remembered, where they can't. */
  readonly remember: (picked: readonly number[]) => string | undefined;
}

/**
 * A range that was asked for from its beginning; of the default one any port first, so that picks at one time rarely meet;
 * for a folder its own ports, then from where its name falls in the range, other folders' ports last.
 */
export function chooseCandidates(args: PickArgs, folder: string | undefined, os: Os): Candidates {
  const { range, stable } = args;
  if (stable && folder !== undefined) return chooseStable(args, folder, os);
  const all = listPorts(range);
  const start = range.isDefault ? Math.floor(Math.random() * all.length) : 0;
  return { ports: rotate(all, start), own: [], remember: () => undefined };
}

function chooseStable({ range, count }: PickArgs, folder: string, os: Os): Candidates {
  const all = listPorts(range);
  const rangeText = `${range.from}-${range.to}`;
  const known = orReason(() => {
    const files = new StablePortFiles(stateFolder(os.name, process.env));
    return { files, own: files.read(folder, rangeText), others: files.listOthers(folder) };
  });
  const own = typeof known === "string" ? [] : known.own.filter((port) => all.includes(port));
  const others = new Set(typeof known === "string" ? [] : known.others);
  const fallen = rotate(all, placeOf(folder, all.length));
  const isOwn = new Set(own);
  const rest = fallen.filter((port) => !isOwn.has(port));
  return {
    ports: [...own, ...rest.filter((port) => !others.has(port)), ...rest.filter((port) => others.has(port))],
    own,
    // What was remembered stays, though it is taken today: it is this folder's when it is free again.
    remember: (picked) => {
      if (typeof known === "string") return known;
      const ports = [...own, ...picked.filter((port) => !isOwn.has(port))].slice(0, Math.max(own.length, count));
      if (ports.length === own.length) return undefined;
      return orReason(() => {
        known.files.write({ folder, range: rangeText, ports });
        return undefined;
      });
    },
  };
}

/** What it answers, or why the state folder is of no use. */
function orReason<T>(act: () => T): T | string {
  try {
    return act();
  } catch (error) {
    return whatOf(error);
  }
}

function placeOf(folder: string, length: number): number {
  return createHash("sha256").update(folder).digest().readUInt32BE(0) % length;
}

function rotate(ports: readonly number[], start: number): number[] {
  return [...ports.slice(start), ...ports.slice(0, start)];
}
