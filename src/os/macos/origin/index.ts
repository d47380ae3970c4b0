import type { Origins, SocketOwner } from "../../../core/origin.ts";
import type { SocketRow } from "../../../core/socket.ts";
import { listPids } from "../libproc.ts";
import { userName } from "../processes.ts";
import { findHidden, findOwners } from "../sockets.ts";
import { readLife } from "./life.ts";
import { readLineages } from "./lineages.ts";

export const macosOrigins: Origins = { ownersOf, lineages: readLineages, life: readLife };

/** Everybody who has it; nothing tells where a socket was made. */
function ownersOf(rows: readonly SocketRow[]): Map<string, SocketOwner> {
  const pids = listPids();
  const owners = findOwners(rows, pids);
  const mayBeHidden = [...owners.values()].some((each) => each.length === 0) && findHidden(pids).length > 0;
  return new Map(rows.map((row) => [row.id, judgeOwner(row, owners.get(row.id) ?? [], mayBeHidden)]));
}

function judgeOwner({ pid, uid }: SocketRow, pids: readonly number[], mayBeHidden: boolean): SocketOwner {
  if (pid !== undefined) return { kind: "processes", pids: [pid] };
  if (pids.length > 0) return { kind: "processes", pids };
  if (!mayBeHidden) return { kind: "system", name: "the kernel" };
  return { kind: "hidden", ...(uid !== undefined && { user: userName(uid) }), among: [] };
}
