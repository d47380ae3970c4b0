import { sep } from "node:path";
import type { PortHolder } from "../core/holder.ts";

/** Which holders are meant: those that all of it is true of. */
export interface HolderFilter {
  /** One of them stands in the command line, in any case; `*` stands for anything. None: any. */
  readonly match: readonly string[];
  /** One of them; none: any. */
  readonly ports: readonly number[];
  /** A folder by its whole path: theirs is it, or in it. */
  readonly under?: string;
}

/** Of one who is no process that can be seen only the ports are told: all else may be true of it. */
export function matchesFilter({ owner, sockets }: PortHolder, { match, ports, under }: HolderFilter): boolean {
  if (ports.length > 0 && !sockets.some(({ at }) => ports.includes(at.port))) return false;
  if (owner.kind !== "process") return true;
  const [{ process }] = owner.lineage;
  const line = process.command.join(" ");
  if (match.length > 0 && !match.some((text) => patternOf(text).test(line))) return false;
  return under === undefined || isUnder(process.cwd, under);
}

/** What can't be told apart is one holder, whatever its ports: of those only the meant ones are left to it. */
export function narrowToPorts(holders: readonly PortHolder[], { ports }: HolderFilter): readonly PortHolder[] {
  if (ports.length === 0) return holders;
  return holders.map((holder) =>
    holder.owner.kind === "process"
      ? holder
      : { ...holder, sockets: holder.sockets.filter(({ at }) => ports.includes(at.port)) },
  );
}

function patternOf(text: string): RegExp {
  const parts = text.split(/\*+/).map((part) => part.replaceAll(/[.+?^${}()|[\]\\/]/g, String.raw`\$&`));
  return new RegExp(parts.join(".*"), "is");
}

/** A folder that was deleted is marked so by Linux, behind its path. */
function isUnder(folder: string | undefined, top: string): boolean {
  const path = folder?.replace(/ \(deleted\)$/, "");
  return path !== undefined && (path === top || path.startsWith(top.endsWith(sep) ? top : `${top}${sep}`));
}
