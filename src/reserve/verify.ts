import { type Endpoint, overlaps, type Protocol } from "../core/endpoint.ts";
import type { Os, Tree } from "../core/os.ts";
import type { Holder } from "../core/reserve-event.ts";
import type { SocketRow } from "../core/socket.ts";
import { findHolders } from "../holders/find-holders.ts";

export interface Bound {
  readonly at: Endpoint;
  readonly pid: number;
}

export interface WatchedPort {
  readonly protocol: Protocol;
  readonly port: number;
  /** What was held of it. */
  readonly members: readonly Endpoint[];
}

/** Who of the command's tree serves on a port: each endpoint once, with the command itself before its children. */
export function findServed(os: Os, tree: Tree, ports: readonly WatchedPort[]): { bound: Bound[]; rows: SocketRow[] } {
  const rows = ports.flatMap((port) => os.sockets({ ...port, states: ["listen", "open"] }));
  const pids = tree.members().map(({ pid }) => pid);
  const owners = ownersWithHidden(os, rows, pids);
  const served = rows.flatMap((row) => {
    const own = owners(row);
    const pid = own.find((each) => each === tree.pid) ?? own[0];
    return pid === undefined ? [] : [{ row, at: row.at, pid }];
  });
  return { bound: served.map(({ at, pid }) => ({ at, pid })), rows: served.map(({ row }) => row) };
}

/**
 * The processes of the tree that have a socket. A socket that nobody is seen to own belongs to a process of the tree that
 * runs with other privileges, where there is one (a command behind sudo).
 */
function ownersWithHidden(os: Os, rows: readonly SocketRow[], pids: readonly number[]) {
  const seen = os.ownersOf(rows, pids);
  const orphaned = rows.filter((row) => row.pid === undefined && (seen.get(row.id) ?? []).length === 0);
  const hidden = orphaned.length === 0 ? [] : os.hiddenAmong(pids);
  const others = hidden.length === 0 ? seen : os.ownersOf(orphaned);
  return (row: SocketRow): readonly number[] => {
    if (row.pid !== undefined) return pids.filter((pid) => pid === row.pid);
    const own = seen.get(row.id) ?? [];
    return own.length > 0 || (others.get(row.id) ?? []).length > 0 ? own : hidden;
  };
}

/** The ports on which nothing of the tree serves. */
export function unserved(ports: readonly WatchedPort[], bound: readonly Bound[]): WatchedPort[] {
  return ports.filter(({ port, protocol }) => !bound.some(({ at }) => at.port === port && at.protocol === protocol));
}

/** Those who serve on a port and are neither of the tree nor us. */
export function findThieves(os: Os, tree: Tree, { port, protocol, members }: WatchedPort, ours: number): Holder[] {
  // The tree grows and shrinks while we look: whoever was of it before or after is no thief.
  const before = tree.members();
  const holders = findHolders(os, port, protocol).filter(({ at }) => members.some((member) => overlaps(member, at)));
  if (holders.length === 0) return [];
  const own = new Set([ours, ...[...before, ...tree.members()].map(({ pid }) => pid)]);
  const hidesNone = os.hiddenAmong([...own]).length === 0;
  return holders.filter((holder) => (holder.process ? !own.has(holder.process.pid) : hidesNone));
}

/** Where else the tree listens: on a wrong port, usually. */
export function findElsewhere(os: Os, tree: Tree, ports: readonly WatchedPort[]): Bound[] {
  const reserved = new Set(ports.map(({ port }) => port));
  const rows = os.sockets({ protocol: "tcp", states: ["listen"] }).filter(({ at }) => !reserved.has(at.port));
  const pids = tree.members().map(({ pid }) => pid);
  const owners = os.ownersOf(rows, pids);
  return rows.flatMap((row) => {
    const pid = row.pid === undefined ? owners.get(row.id)?.[0] : pids.find((each) => each === row.pid);
    return pid === undefined ? [] : [{ at: row.at, pid }];
  });
}
