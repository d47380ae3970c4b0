import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { hostname } from "node:os";
import { fail } from "../../core/error.ts";
import { pickReservationName } from "../../core/reservation.ts";
import { findWorkTree } from "../../holders/work-tree.ts";
import type { PickArgs } from "./pick-args.ts";

/** Whose port it is: the work tree that we are in, else our folder, or the one that was named. Throws BAD_USAGE. */
export async function findPlace({ stable }: Pick<PickArgs, "stable">): Promise<string | undefined> {
  if (stable?.kind === "folder") return resolveFolder(stable.path);
  try {
    const here = realpathSync(process.cwd());
    return (await findWorkTree(here))?.root ?? here;
  } catch {
    return stable ? fail("BAD_USAGE", "the folder that we are in is gone", "say which one: --for-dir DIR") : undefined;
  }
}

function resolveFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    return fail("BAD_USAGE", `there is no folder ${path}`, "--for-dir takes one that is there", { cause });
  }
}

/** The record's name of what one folder gets of one range, each time, on this machine. */
export function nameOfStable(folder: string, { range }: Pick<PickArgs, "range">): string {
  const key = JSON.stringify([hostname(), folder, range.from, range.to]);
  return pickReservationName(folder, createHash("sha256").update(key).digest("hex").slice(0, 8));
}
