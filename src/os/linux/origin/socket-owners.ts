import type { SocketOwner } from "../../../core/origin.ts";
import type { SocketRow } from "../../../core/socket.ts";
import { userName } from "../owners.ts";
import { listPids, readStat } from "../procfs.ts";
import { FdScan } from "./fd-scan.ts";
import { findGroups, type FoundGroup } from "./home.ts";

/** More sockets than these belong to so many processes that all are looked through anyway. */
const FEW = 64;
/** A chain of parents is no longer in practice; it is climbed for those that got the socket under another number. */
const GENERATIONS = 8;

/**
 * Whose these sockets are. What is dear is a look at every open file of the machine, so it ends where every socket has an
 * owner: processes of the socket's own control group first, then the youngest. Whoever else has one of them has inherited
 * it (under the same number) or handed it on (then it stands above): they are asked for that alone. `ownersOf` of the Os
 * is the slow and complete answer.
 */
export function findSocketOwners(rows: readonly SocketRow[]): Map<string, SocketOwner> {
  const wanted = new Set(rows.filter(({ id }) => id !== "0").map(({ id }) => Number(id)));
  const search = new Search(wanted);
  const groups = search.run(rows);
  return new Map(rows.map((row) => [row.id, search.ownerOf(row, groups)]));
}

/** One search; who has which socket is noted as it goes. */
class Search {
  readonly #scan: FdScan;
  readonly #pids: readonly number[];
  readonly #looked = new Set<number>();
  readonly #hidden: number[] = [];
  /** By inode, everybody who has it, with the fd. */
  readonly #owners = new Map<number, Map<number, number>>();

  constructor(private readonly wanted: ReadonlySet<number>) {
    this.#scan = new FdScan(wanted);
    this.#pids = wanted.size === 0 ? [] : listPids().toSorted((a, b) => b - a);
  }

  /** Answers the control groups that it had to look up. */
  run(rows: readonly SocketRow[]): ReadonlyMap<string, FoundGroup> {
    for (const pid of this.#pids) {
      if (this.#isDone()) break;
      this.#look(pid);
    }
    if (this.wanted.size <= FEW) this.#findSharers();
    const ownerless = rows.filter(({ id, madeIn }) => madeIn !== undefined && !this.#owners.has(Number(id)));
    return findGroups(new Set(ownerless.map(({ madeIn = "" }) => madeIn)));
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

  #isDone(): boolean {
    return this.wanted.size <= FEW && this.#owners.size === this.wanted.size;
  }

  #look(pid: number): void {
    if (this.#looked.has(pid)) return;
    this.#looked.add(pid);
    const found = this.#scan.find(pid);
    if (!found) this.#noteHidden(pid);
    for (const [inode, fd] of found ?? []) {
      const owners = this.#owners.get(inode);
      if (owners) owners.set(pid, fd);
      else this.#owners.set(inode, new Map([[pid, fd]]));
    }
  }

  #noteHidden(pid: number): void {
    if (readStat(pid) !== undefined) this.#hidden.push(pid);
  }

  #findSharers(): void {
    for (const [inode, owners] of this.#owners) {
      const [first] = owners;
      if (!first) continue;
      const [owner, fd] = first;
      for (const pid of ancestorsOf(owner)) this.#look(pid);
      for (const pid of this.#pids) {
        if (!this.#looked.has(pid) && this.#scan.hasAt(pid, fd, inode)) this.#look(pid);
      }
    }
  }
}

function ancestorsOf(pid: number): number[] {
  const above: number[] = [];
  for (let each = readStat(pid)?.ppid ?? 0; each > 0 && above.length < GENERATIONS; each = readStat(each)?.ppid ?? 0) {
    above.push(each);
  }
  return above;
}
