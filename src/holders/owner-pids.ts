import type { Origins, SocketOwner } from "../core/origin.ts";
import type { SocketRow } from "../core/socket.ts";

/**
 * The processes that have each of these sockets, by row id: the table's own word where it names them, else the quick
 * answer of `Origins`. None where they may not be seen.
 */
export function findOwnerPids(rows: readonly SocketRow[], origins: Origins): Map<string, readonly number[]> {
  const unnamed = rows.filter(({ pid }) => pid === undefined);
  const owners = unnamed.length === 0 ? undefined : origins.ownersOf(unnamed);
  return new Map(rows.map(({ id, pid }) => [id, pid === undefined ? pidsOf(owners?.get(id)) : [pid]]));
}

function pidsOf(owner: SocketOwner | undefined): readonly number[] {
  return owner?.kind === "processes" ? owner.pids : [];
}
