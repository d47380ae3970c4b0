import type { Origins, SocketOwner } from "../core/origin.ts";
import type { SocketRow } from "../core/socket.ts";

/** Which processes have a socket, and where they may not be seen, whose they are. */
export interface QuickOwner {
  readonly pids: readonly number[];
  readonly user?: string;
}

/** Who has each of these sockets, by row id: the table's own word where it names them, else the quick answer of `Origins`. */
export function findQuickOwners(rows: readonly SocketRow[], origins: Origins): Map<string, QuickOwner> {
  const unnamed = rows.filter(({ pid }) => pid === undefined);
  const owners = unnamed.length === 0 ? undefined : origins.ownersOf(unnamed);
  return new Map(rows.map(({ id, pid }) => [id, pid === undefined ? ownerOf(owners?.get(id)) : { pids: [pid] }]));
}

function ownerOf(owner: SocketOwner | undefined): QuickOwner {
  if (owner?.kind === "processes") return { pids: owner.pids };
  return owner?.kind === "hidden" && owner.user !== undefined ? { pids: [], user: owner.user } : { pids: [] };
}
