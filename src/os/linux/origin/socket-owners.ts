import type { SocketOwner } from "../../../core/origin.ts";
import type { SocketRow } from "../../../core/socket.ts";
import { type FdLook, FdScan } from "../fd-scan.ts";
import { userName } from "../owners.ts";
import { seesWholeMachine } from "../network/pid-namespace.ts";
import { listPids, readStat } from "../procfs.ts";
import { listBelow, listChildren } from "../tree-scan.ts";
import { orderCandidates } from "./candidates.ts";
import { findGroups, type FoundGroup } from "./home.ts";

/** So few sockets may have a control group of their own, in which their owner is found at once. */
const FEW = 16;
/** A chain of parents is no longer in practice; it is climbed for those that got the socket under another number. */
const GENERATIONS = 8;
/** Half of what a glance sees. */
const MANY_SOCKETS = 12;

/**
 * Whose these sockets are. What is dear is a look at every open file of the machine (3 µs each), so it ends where every
 * socket has an owner: processes of the socket's own control group are asked first, then those that wait as servers do;
 * and of each the first files, among which servers have their sockets, before the others of any. Whoever else has one of
 * them has inherited it (under the same number), handed it on (then it stands above) or was handed it (below): they are
 * asked for that alone. `ownersOf` of the Os is the slow and complete answer.
 */
export function findSocketOwners(rows: readonly SocketRow[], seesAll = seesEverybody): Map<string, SocketOwner> {
  const search = new Search(
    rows.filter(({ id }) => id !== "0"),
    seesAll,
  );
  search.run();
  const groups = search.groupsOfOwnerless();
  return new Map(rows.map((row) => [row.id, search.ownerOf(row, groups)]));
}

/** One search; who has which socket is noted as it goes. */
class Search {
  readonly #scan: FdScan;
  readonly #groups: ReadonlyMap<string, FoundGroup>;
  readonly #pids: readonly number[];
  /** How far each process has been looked through, by fd. */
  readonly #seen = new Map<number, number>();
  readonly #hidden: number[] = [];
  /** By inode, everybody who has it, with the fd. */
  readonly #owners = new Map<number, Map<number, number>>();

  constructor(
    private readonly rows: readonly SocketRow[],
    private readonly seesAll: () => boolean,
  ) {
    this.#scan = new FdScan(new Set(rows.map(({ id }) => Number(id))));
    this.#groups = rows.length <= FEW ? findGroups(groupsOf(rows)) : new Map();
    this.#pids = rows.length === 0 ? [] : listPids();
  }

  run(): void {
    const first = new Set([...this.#groups.values()].flatMap(({ pids }) => pids));
    this.#searchAmong([...first].toSorted((a, b) => a - b));
    this.#searchAmong(this.#pids.filter((pid) => !first.has(pid)));
    if (this.#pids.some((pid) => !this.#isThrough(pid))) this.#findSharers();
  }

  groupsOfOwnerless(): ReadonlyMap<string, FoundGroup> {
    const ownerless = this.rows.filter(({ id }) => !this.#owners.has(Number(id)));
    return ownerless.length === 0 || this.rows.length <= FEW ? this.#groups : findGroups(groupsOf(ownerless));
  }

  ownerOf({ id, madeIn, uid }: SocketRow, groups: ReadonlyMap<string, FoundGroup>): SocketOwner {
    if (id === "0") return { kind: "nobody" };
    const owners = this.#owners.get(Number(id));
    if (owners) return { kind: "processes", pids: [...owners.keys()].toSorted((a, b) => a - b) };
    if (this.#hidden.length === 0 && this.seesAll()) return { kind: "system", name: "the kernel" };
    const group = madeIn === undefined ? undefined : groups.get(madeIn);
    const among = group?.pids.filter((pid) => this.#hidden.includes(pid)) ?? [];
    const user = uid === undefined ? undefined : userName(String(uid));
    return { kind: "hidden", ...(user !== undefined && { user }), ...(group && { home: group.home }), among };
  }

  /** Until all are found. */
  #searchAmong(pids: readonly number[]): void {
    const partly: number[] = [];
    for (const pid of this.#hasAll() ? [] : orderCandidates(pids)) {
      this.#glance(pid);
      if (this.#hasAll()) return;
      if (!this.#isThrough(pid)) partly.push(pid);
    }
    for (const pid of partly) {
      this.#look(pid, this.rows.length);
      if (this.#hasAll()) return;
    }
  }

  #hasAll(): boolean {
    return this.#owners.size === this.rows.length;
  }

  #isThrough(pid: number): boolean {
    return this.#seen.get(pid) === Infinity;
  }

  /** Its first files; all where a wanted socket is among them, or so many sockets that it may have any. */
  #glance(pid: number): void {
    if (this.#seen.has(pid)) return;
    const look = this.#scan.glance(pid);
    this.#note(pid, look);
    if (look && (look.found.size > 0 || look.sockets >= MANY_SOCKETS)) this.#look(pid, this.rows.length);
  }

  #look(pid: number, enough?: number): void {
    if (!this.#isThrough(pid)) this.#note(pid, this.#scan.look(pid, enough));
  }

  #note(pid: number, look: FdLook | undefined): void {
    this.#seen.set(pid, look?.upTo ?? Infinity);
    if (!look && readStat(pid) !== undefined) this.#hidden.push(pid);
    for (const [inode, fd] of look?.found ?? []) {
      const owners = this.#owners.get(inode);
      if (owners) owners.set(pid, fd);
      else this.#owners.set(inode, new Map([[pid, fd]]));
    }
  }

  #findSharers(): void {
    for (const pid of this.#listOwners()) for (const above of ancestorsOf(pid)) this.#look(above);
    // Everybody is below systemd: what it starts for a socket of its own has it from fd 3 on.
    const owners = this.#listOwners();
    for (const below of listBelow(owners.filter((pid) => pid !== 1))) this.#look(below);
    if (owners.includes(1)) for (const child of listChildren(1)) this.#glance(child);
    const samples = this.#takeSamples();
    const others = this.#pids.filter((pid) => !this.#isThrough(pid));
    for (const pid of others) if (this.#hasSample(pid, samples)) this.#look(pid);
  }

  #listOwners(): readonly number[] {
    return [...new Set([...this.#owners.values()].flatMap((owners) => [...owners.keys()]))];
  }

  /** One socket of each owner, the one with the lowest fd, stands for all that it has: whoever inherits one inherits the others. */
  #takeSamples(): ReadonlyMap<number, ReadonlySet<number>> {
    const lowest = new Map<number, { readonly fd: number; readonly inode: number }>();
    for (const [inode, owners] of this.#owners) {
      for (const [pid, fd] of owners) if (!(fd >= (lowest.get(pid)?.fd ?? Infinity))) lowest.set(pid, { fd, inode });
    }
    const samples = new Map<number, Set<number>>();
    for (const { fd, inode } of lowest.values()) samples.set(fd, (samples.get(fd) ?? new Set<number>()).add(inode));
    return samples;
  }

  /** Up to where it has been looked through, it has none. */
  #hasSample(pid: number, samples: ReadonlyMap<number, ReadonlySet<number>>): boolean {
    const seen = this.#seen.get(pid) ?? -1;
    for (const [fd, inodes] of samples) if (fd > seen && inodes.has(this.#scan.inodeOf(pid, fd))) return true;
    return false;
  }
}

/** Outside of a container there are others (of its pod, of its host), and where `/proc` is mounted with hidepid those of other users are not even listed. */
function seesEverybody(): boolean {
  return seesWholeMachine() && readStat(1) !== undefined;
}

function groupsOf(rows: readonly SocketRow[]): Set<string> {
  return new Set(rows.flatMap(({ madeIn }) => (madeIn === undefined ? [] : [madeIn])));
}

function ancestorsOf(pid: number): number[] {
  const above: number[] = [];
  for (let each = readStat(pid)?.ppid ?? 0; each > 0 && above.length < GENERATIONS; each = readStat(each)?.ppid ?? 0) {
    above.push(each);
  }
  return above;
}
