import { formatEndpoint, type Protocol } from "../core/endpoint.ts";
import type { Os } from "../core/os.ts";
import type { Holder } from "../core/reserve-event.ts";
import type { SocketRow } from "../core/socket.ts";

/** States of a connection, in which a socket may have no owner any more. */
const CONNECTED: ReadonlySet<SocketRow["state"]> = new Set(["established", "time-wait", "other"]);

/** Everybody who has this port now, one entry for each endpoint and process; a hidden process leaves the endpoint alone. */
export function findHolders(os: Os, port: number, protocol: Protocol): Holder[] {
  const rows = os.sockets({ port, protocol });
  const owners = os.ownersOf(rows);
  const isOwned = (row: SocketRow) => row.pid !== undefined || (owners.get(row.id) ?? []).length > 0;
  if (rows.every(isOwned)) return nameOwners(os, rows, owners);
  // Without an owner it is a hidden process's, or it was closed between the two looks: then it is nobody's.
  const still = new Set(os.sockets({ port, protocol }).map(({ id }) => id));
  const present = rows.filter((row) => isOwned(row) || still.has(row.id));
  return nameOwners(os, present, owners);
}

/**
 * Whose connections keep a port on which nobody serves: a program may have opened one from it. Those that nobody has any
 * more are closing.
 */
export function findConnections(os: Os, port: number, protocol: Protocol): Holder[] {
  const rows = os.sockets({ port, protocol, states: [...CONNECTED] });
  const holders = nameOwners(os, rows, os.ownersOf(rows));
  const keys = holders.map(({ at, process, closing }) => `${formatEndpoint(at)} ${process?.pid} ${closing}`);
  return holders.filter((_, index) => keys.indexOf(keys[index]!) === index);
}

function nameOwners(os: Os, rows: readonly SocketRow[], owners: ReadonlyMap<string, readonly number[]>): Holder[] {
  return rows.flatMap((row): Holder[] => {
    // TIME_WAIT, and closed by its process before all was sent: there is no owner any more.
    if (row.id === "0" && CONNECTED.has(row.state)) return [{ at: row.at, closing: true }];
    const pids = row.pid === undefined ? (owners.get(row.id) ?? []) : [row.pid];
    if (pids.length === 0) return [{ at: row.at }];
    return pids.map((pid) => ({ at: row.at, process: os.process(pid) ?? { pid, command: [] } }));
  });
}
