import { readStart } from "./arguments.ts";
import { listPids, readProcessBlock } from "./libproc.ts";
import { type Ancestry, parseAncestry } from "./process-blocks.ts";

/** Marks the command and all that inherits its environment. */
const COOKIE = "PORTGUARD_TREE";
const LAUNCHD = 1;

export function markEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  return { ...env, [COOKIE]: crypto.randomUUID() };
}

/** What a lineage asks about the machine's processes. */
export interface Census {
  everyone(): readonly Ancestry[];
  /** `NAME=value` strings; none where they may not be read. */
  environmentOf(pid: number): readonly string[];
}

const machine: Census = {
  everyone: () => listPids().flatMap((pid) => readAncestry(pid) ?? []),
  environmentOf: (pid) => readStart(pid)?.environment ?? [],
};

/**
 * Which processes descend from the guard. macOS gives orphans to launchd, but a process keeps the number of the one that
 * forked it until its next exec, and its own for ever: a chain is followed as long as each of its links was seen alive
 * once. Who lost the chain (its starter came and went between two looks) still has the command's environment. This is not
 * absolute: a daemon that forks twice at once, with an environment of its own or as another user, is not found.
 */
export class Lineage {
  private known: ReadonlySet<number> = new Set();
  private readonly strangers = new Set<number>();

  /** `rootId`: the guard's number; `env`: the environment of the command, with its mark. */
  constructor(
    private readonly rootId: number,
    private readonly env: Readonly<Record<string, string>>,
    private readonly census: Census = machine,
  ) {}

  /** Every live process of the tree, the guard left out. */
  scan(): Ancestry[] {
    const all = this.census.everyone();
    const adopted = listOrphans(all, this.rootId).filter((each) => this.adopts(each));
    const ours = closeLineage(all, [this.rootId, ...this.known, ...adopted.map(({ id }) => id)]);
    const found = all.filter(({ id }) => ours.has(id) && id !== this.rootId);
    // Whoever is dead and has no live child can't have one any more. The starter of an adopted one stays a stranger.
    this.known = new Set(found.flatMap(({ id, parentId }) => [id, parentId]).filter((id) => ours.has(id)));
    return found;
  }

  /** Read once for each orphan: it is dear, and strangers don't become ours. */
  private adopts({ pid, id }: Ancestry): boolean {
    if (this.known.has(id)) return true;
    if (this.strangers.has(id)) return false;
    const ours = this.census.environmentOf(pid).includes(`${COOKIE}=${this.env[COOKIE]}`);
    if (!ours) this.strangers.add(id);
    return ours;
  }
}

export function readAncestry(pid: number): Ancestry | undefined {
  const bytes = readProcessBlock(pid, "ancestry");
  return bytes && parseAncestry(pid, bytes);
}

/** Those whose starter is gone, or is launchd (as after an exec of an orphan). Numbers count up: older ones can't be ours. */
export function listOrphans(all: readonly Ancestry[], rootId: number): Ancestry[] {
  const starters = new Set(all.filter(({ pid }) => pid !== LAUNCHD).map(({ id }) => id));
  return all.filter(({ id, parentId }) => id > rootId && !starters.has(parentId));
}

/** The known numbers, and those of all that descend from them. */
export function closeLineage(all: readonly Ancestry[], known: Iterable<number>): Set<number> {
  const ids = new Set(known);
  for (let size = -1; size !== ids.size;) {
    size = ids.size;
    for (const { id, parentId } of all) if (ids.has(parentId)) ids.add(id);
  }
  return ids;
}
