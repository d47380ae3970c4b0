import { inodeOfFd, socketInodes } from "../procfs.ts";
import { listDescendants } from "../tree-scan.ts";
import type { Lease } from "./lease.ts";

/**
 * Of these leases, those whose socket some process below the guard still has open. A process that may not be looked into
 * may have any of them. The one that bound it is asked first: usually that is all.
 */
export function findOpenLeases(guardPid: number, leases: readonly Lease[]): Set<Lease> {
  const open = new Set(leases.filter(({ pid, fd, member }) => inodeOfFd(pid, fd) === member.inode));
  if (open.size === leases.length) return open;
  for (const { pid } of listDescendants(guardPid)) {
    const seen = socketInodes(pid);
    for (const lease of leases) if (!seen || seen.has(lease.member.inode)) open.add(lease);
    if (open.size === leases.length) break;
  }
  return open;
}
