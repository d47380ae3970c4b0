import type { SocketOwner } from "../../../core/origin.ts";
import type { SocketRow } from "../../../core/socket.ts";
import { userName } from "../owners.ts";
import { inodeOfFd, readStat } from "../procfs.ts";
import { orderCandidates } from "./candidates.ts";
import { FdScan } from "./fd-scan.ts";
import { findGroups, type FoundGroup } from "./home.ts";

/** So few sockets may have a control group of their own, in which their owner is found at once. */
const FEW = 16;
/** A chain of parents is no longer in practice; it is climbed for those that got the socket under another number. */
const GENERATIONS = 8;
/** More looks at single files than these cost as much as a look at everything. */
const MANY_LOOKS = 6000;

/**
 * Whose these sockets are. What is dear is a look at every open file of the machine, so it ends where every socket has an
 * owner: processes of the socket's own control group are asked first, then those that wait as servers do. Whoever else has
 * one of them has inherited it (under the same number) or handed it on (then it stands above): they are asked for that
 * alone. `ownersOf` of the Os is the slow and complete answer.
 */
export function findSocketOwners(rows: readonly SocketRow[]): Map<string, SocketOwner> {
  const search = new Search(rows.filter(({ id }) => id !== "0"));
  search.run();
  const groups = search.groupsOfOwnerless();
  return new Map(rows.map((row) => [row.id, search.ownerOf(row, groups)]));
}

/** One search; who has which socket is noted as it goes. */
class Search {
  readonly #scan: FdScan;
  readonly #groups: ReadonlyMap<string, FoundGroup>;
  readonly #pids: readonly number[];
  readonly #looked = new Set<number>();
  readonly #hidden: number[] = [];
  /** By inode, everybody who has it, with the fd. */
  readonly #owners = new Map<number, Map<number, number>>();

  constructor(private readonly rows: readonly SocketRow[]) {
    this.#scan = new FdScan(new Set(rows.map(({ id }) => Number(id))));
    this.#groups = rows.length <= FEW ? findGroups(groupsOf(rows)) : new Map();
    const first = [...this.#groups.values()].flatMap(({ pids }) => pids).toSorted((a, b) => b - a);
    this.#pids = rows.length === 0 ? [] : orderCandidates(first);
  }

  run(): void {
    for (const pid of this.#pids) {
      if (this.#owners.size === this.rows.length) break;
      this.#look(pid, this.rows.length);
    }
    if (this.#pids.some((pid) => !this.#looked.has(pid))) this.#findSharers();
  }

  groupsOfOwnerless(): ReadonlyMap<string, FoundGroup> {
    const ownerless = this.rows.filter(({ id }) => !this.#owners.has(Number(id)));
    return ownerless.length === 0 || this.rows.length <= FEW ? this.#groups : findGroups(groupsOf(ownerless));
  }

  ownerOf({ id, madeIn, uid }: SocketRow, groups: ReadonlyMap<string, FoundGroup>): SocketOwner {
    if (id === "0") return { kind: "nobody" };
    const owners = this.#owners.get(Number(id));
    if (owners) return { kind: "processes", pids: [...owners.keys()].toSorted((a, b) => a - b) };
    if (this.#hidden.length === 0) return { kind: "system", name: "the kernel" };
    const group = madeIn === undefined ? undefined : groups.get(madeIn);
    const among = group?.pids.filter((pid) => this.#hidden.includes(pid)) ?? [];
    const user = uid === undefined ? undefined : userName(String(uid));
    return { kind: "hidden", ...(user !== undefined && { user }), ...(group && { home: group.home }), among };
  }

  #look(pid: number, enough?: number): void {
    if (this.#looked.has(pid)) return;
    this.#looked.add(pid);
    const found = this.#scan.find(pid, enough);
    if (!found && readStat(pid) !== undefined) this.#hidden.push(pid);
    for (const [inode, fd] of found ?? []) {
      const owners = this.#owners.get(inode);
      if (owners) owners.set(pid, fd);
      else this.#owners.set(inode, new Map([[pid, fd]]));
    }
  }

  /** One socket of each owner stands for all that it has: whoever inherits one inherits the others. */
  #findSharers(): void {
    const samples = new Map<number, { readonly id: string; readonly fd: number }>();
    for (const [inode, owners] of this.#owners) {
      for (const [pid, fd] of owners) if (!samples.has(pid)) samples.set(pid, { id: String(inode), fd });
    }
    for (const pid of samples.keys()) for (const above of ancestorsOf(pid)) this.#look(above);
    const others = this.#pids.filter((pid) => !this.#looked.has(pid));
    const isMuch = others.length * samples.size > MANY_LOOKS;
    for (const pid of others) {
      if (isMuch || [...samples.values()].some(({ id, fd }) => inodeOfFd(pid, fd) === id)) this.#look(pid);
    }
  }
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
