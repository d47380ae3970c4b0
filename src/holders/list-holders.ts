import { overlaps } from "../core/endpoint.ts";
import type { PortHolder } from "../core/holder.ts";
import type { Lineage, Origins, SocketOwner } from "../core/origin.ts";
import type { Os } from "../core/os.ts";
import type { Reservation } from "../core/reservation.ts";
import type { ProcessInfo, SocketRow } from "../core/socket.ts";
import { describeOthers, describeProcess } from "./describe-holder.ts";
import { isKeeper } from "./find-reservation.ts";
import { recognizeStarter } from "./recognize/starter.ts";

/** What holders are asked of. */
export interface Witnesses {
  readonly os: Os;
  readonly origins: Origins;
  /** What is recorded of this user's reservations that run. */
  readonly reservations: () => readonly Reservation[];
}

/**
 * Everybody who has one of these sockets, each with where it comes from and what that makes of it; processes that share all
 * of their sockets with one above them are its workers. Names that only an engine or a folder tells are not in it yet.
 */
export function listHolders(
  rows: readonly SocketRow[],
  { os, origins, reservations: recorded }: Witnesses,
): PortHolder[] {
  if (rows.length === 0) return [];
  const reservations = recorded();
  const owners = origins.ownersOf(rows);
  const byPid = groupByPid(rows, owners);
  const lineages = origins.lineages([process.pid, ...byPid.keys()]);
  const us = lineages.get(process.pid) ?? [];
  const connected = rows.some(({ state }) => state === "listen") ? listConnected(rows, os) : [];
  const foremen = findForemen(byPid, lineages, (process) => leads(process, reservations));
  const processes = [...byPid].flatMap(([pid, sockets]): PortHolder[] => {
    const lineage = lineages.get(pid);
    // Gone since: then it has the port no more.
    if (!lineage || foremen.has(pid)) return [];
    const workers = [...foremen].flatMap(([worker, foreman]) =>
      foreman === pid ? (lineages.get(worker)?.[0].process ?? []) : [],
    );
    const connections = connected.filter(({ at }) => sockets.some((row) => overlaps(row.at, at))).length;
    return [describeProcess(lineage, { sockets, workers, connections, us, origins, reservations })];
  });
  return [...processes, ...describeOthers(listPresent(rows, owners, os), owners, os)];
}

/** Without those that were closed between the two looks, whose owner then is nobody rather than hidden. */
function listPresent(
  rows: readonly SocketRow[],
  owners: ReadonlyMap<string, SocketOwner>,
  os: Os,
): readonly SocketRow[] {
  const isDoubtful = ({ id }: SocketRow) => ["hidden", "system"].includes(owners.get(id)?.kind ?? "");
  const doubtful = rows.filter(isDoubtful);
  const ports = new Set(doubtful.map(({ at }) => at.port));
  const [only] = ports;
  if (only === undefined) return rows;
  const now = new Set(os.sockets(ports.size === 1 ? { port: only } : {}).map(({ id }) => id));
  return rows.filter((row) => !isDoubtful(row) || now.has(row.id));
}

function groupByPid(rows: readonly SocketRow[], owners: ReadonlyMap<string, SocketOwner>): Map<number, SocketRow[]> {
  const byPid = new Map<number, SocketRow[]>();
  for (const row of rows) {
    const owner = owners.get(row.id);
    for (const pid of owner?.kind === "processes" ? owner.pids : []) {
      const sockets = byPid.get(pid);
      if (sockets) sockets.push(row);
      else byPid.set(pid, [row]);
    }
  }
  return byPid;
}

/** Established connections to any of these ports. */
function listConnected(rows: readonly SocketRow[], os: Os): readonly SocketRow[] {
  const ports = new Set(rows.map(({ at }) => at.port));
  const [only] = ports;
  const query = ports.size === 1 && only !== undefined ? { port: only } : {};
  return os.sockets({ ...query, protocol: "tcp", states: ["established"] }).filter(({ at }) => ports.has(at.port));
}

/** For each process that has nothing but what one above it has, too, the highest of those. */
function findForemen(
  byPid: ReadonlyMap<number, readonly SocketRow[]>,
  lineages: ReadonlyMap<number, Lineage>,
  mayLead: (process: ProcessInfo) => boolean,
): Map<number, number> {
  const foremen = new Map<number, number>();
  const ids = new Map([...byPid].map(([pid, sockets]) => [pid, new Set(sockets.map(({ id }) => id))]));
  for (const [pid, sockets] of byPid) {
    const foreman = lineages
      .get(pid)
      ?.slice(1)
      .findLast(({ process }) => mayLead(process) && hasAll(ids.get(process.pid), sockets));
    if (foreman) foremen.set(pid, foreman.process.pid);
  }
  return foremen;
}

/** Whoever keeps a port for others is no master of theirs: portguard, and systemd with its sockets. */
function leads(process: ProcessInfo, reservations: readonly Reservation[]): boolean {
  return process.pid !== 1 && !isKeeper(process, reservations) && recognizeStarter(process) !== "init";
}

function hasAll(its: ReadonlySet<string> | undefined, sockets: readonly SocketRow[]): boolean {
  return its !== undefined && sockets.every(({ id }) => its.has(id));
}
