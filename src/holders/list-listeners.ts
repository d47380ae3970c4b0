import { formatEndpoint, overlaps, type Protocol } from "../core/endpoint.ts";
import type { Listed } from "../core/listing.ts";
import { type Reservation, reserves } from "../core/reservation.ts";
import type { ProcessInfo, SocketRow } from "../core/socket.ts";
import type { Witnesses } from "./list-holders.ts";
import { findQuickOwners, type QuickOwner } from "./quick-owners.ts";

type Look = (pid: number) => ProcessInfo | undefined;

/**
 * Everything on this machine that listens (TCP) or is open (UDP), by port, with what of it is whose reservation; what is
 * reserved and not served stands there, too. One look at the socket table, and one at whoever has the sockets.
 */
export function listListeners(
  { os, origins }: Pick<Witnesses, "os" | "origins">,
  protocol: Protocol,
  reservations: readonly Reservation[],
): Listed[] {
  const rows = os.sockets({ protocol, states: [protocol === "tcp" ? "listen" : "open"] });
  const owners = findQuickOwners(rows, origins);
  const look = remember((pid) => os.process(pid));
  const listed = rows.map((row) => describeRow(row, owners.get(row.id) ?? { pids: [] }, reservations, look));
  const held = reservations.flatMap((reservation) => listHeld(reservation, protocol, listed, look));
  return mergeSame([...listed.filter((each) => !isHeldOnly(each)), ...held]).toSorted(comparePlaces);
}

function describeRow(
  row: SocketRow,
  { pids, user }: QuickOwner,
  reservations: readonly Reservation[],
  look: Look,
): Listed {
  const reservation = reservations.find((each) => reserves(each, row.at) && isOwn(each, pids, look));
  const others = pids.filter((pid) => pid !== reservation?.portguard.pid && pid !== reservation?.guard?.pid);
  const named = chooseOwner(others.length > 0 ? others : pids, reservation, look);
  return {
    at: row.at,
    state: row.state === "open" ? (others.length === 0 && reservation ? "held" : "open") : "listening",
    ...(named !== undefined && { process: look(named) ?? { pid: named, command: [] } }),
    sharedWith: Math.max(0, others.length - 1),
    ...(row.uid !== undefined && { uid: row.uid }),
    ...(user !== undefined && { user }),
    ...(reservation && { reservation }),
  };
}

/** A held UDP socket is in the table like one that is served. */
function isHeldOnly({ state }: Listed): boolean {
  return state === "held";
}

/** The very socket is portguard's, or somebody below it has it; where nobody is seen to, its place decides. */
function isOwn({ portguard }: Reservation, pids: readonly number[], look: Look): boolean {
  return pids.length === 0 || pids.some((pid) => descendsFrom(pid, portguard.pid, look));
}

function descendsFrom(pid: number, ancestor: number, look: Look): boolean {
  const seen = new Set<number>();
  for (let at: number | undefined = pid; at !== undefined && at > 0 && !seen.has(at); at = look(at)?.ppid) {
    if (at === ancestor) return true;
    seen.add(at);
  }
  return false;
}

/** The command itself, else the one that started the others, else the oldest number. */
function chooseOwner(pids: readonly number[], reservation: Reservation | undefined, look: Look): number | undefined {
  const server = pids.find((pid) => pid === reservation?.server?.pid);
  const roots = pids.filter((pid) => !pids.includes(look(pid)?.ppid ?? -1));
  return server ?? (roots.length > 0 ? roots : pids).toSorted((a, b) => a - b)[0];
}

/** The ports of a reservation on which nobody serves, each at the widest place that is held of it. */
function listHeld(reservation: Reservation, protocol: Protocol, listed: readonly Listed[], look: Look): Listed[] {
  const { ports, portguard } = reservation;
  const process = look(portguard.pid);
  return ports.flatMap(({ held, port }): Listed[] => {
    const own = held.filter((at) => at.protocol === protocol);
    const [at] = own;
    const served = listed.some(
      (each) => each.reservation === reservation && each.at.port === port && !isHeldOnly(each),
    );
    if (!at || served) return [];
    const widest = own.reduce((best, each) => (countOverlaps(each, own) > countOverlaps(best, own) ? each : best), at);
    return [{ at: widest, state: "held", sharedWith: 0, reservation, ...(process && { process }) }];
  });
}

function countOverlaps(at: Listed["at"], all: readonly Listed["at"][]): number {
  return all.filter((each) => overlaps(each, at)).length;
}

/** Sockets that share a place by SO_REUSEPORT are one row where they have the same owner. */
function mergeSame(listed: readonly Listed[]): Listed[] {
  const keys = listed.map(keyOf);
  return listed.filter((_, index) => keys.indexOf(keys[index]!) === index);
}

/** What tells one row from the others. */
export function keyOf({ at, state, process, reservation }: Listed): string {
  return [formatEndpoint(at), state, process?.pid ?? "?", reservation?.name ?? ""].join(" ");
}

function comparePlaces(a: Listed, b: Listed): number {
  return a.at.port - b.at.port || formatEndpoint(a.at).localeCompare(formatEndpoint(b.at));
}

function remember(look: Look): Look {
  const known = new Map<number, ProcessInfo | undefined>();
  return (pid) => {
    if (!known.has(pid)) known.set(pid, look(pid));
    return known.get(pid);
  };
}
