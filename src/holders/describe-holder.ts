import type { Owner, PortHolder, ProcessOwner, Verdict } from "../core/holder.ts";
import type { Home, Kin, Lineage, Origins, SocketOwner } from "../core/origin.ts";
import type { Os } from "../core/os.ts";
import type { ProcessInfo, SocketRow } from "../core/socket.ts";
import type { Reservation } from "../core/reservation.ts";
import { findReservation } from "./find-reservation.ts";
import { judge } from "./judge.ts";
import { nameProcess } from "./name-process.ts";
import { serviceOf, findStartedBy } from "./started-by.ts";
import { findStop } from "./stop.ts";

/** What belongs to a process that has a port, beside itself. */
interface Circumstances {
  readonly sockets: readonly SocketRow[];
  readonly workers: readonly ProcessInfo[];
  readonly connections: number;
  readonly us: readonly Kin[];
  readonly origins: Origins;
  readonly reservations: readonly Reservation[];
}

export function describeProcess(lineage: Lineage, circumstances: Circumstances): PortHolder {
  const { sockets, workers, connections, us, origins, reservations } = circumstances;
  const life = origins.life(lineage[0].process.pid);
  const reservation = findReservation(lineage, sockets, reservations);
  const startedBy = findStartedBy(lineage, life, sockets[0]?.at.port, reservation);
  const ours = new Set(us.map(({ process }) => process.pid));
  const isAboveUs = [lineage[0].process, ...workers].some(({ pid }) => ours.has(pid));
  const told = reservation && { reservation };
  const owner: ProcessOwner = { kind: "process", lineage, life, startedBy, ...told, isAboveUs, workers };
  const verdict = judge({ lineage, life, startedBy, connections, us });
  return withStop({ sockets, owner, verdict, connections });
}

/** The sockets whose owners are no process that can be looked at; those that tell the same are one holder. */
export function describeOthers(
  rows: readonly SocketRow[],
  owners: ReadonlyMap<string, SocketOwner>,
  os: Os,
): PortHolder[] {
  const alike = new Map<string, PortHolder>();
  for (const row of rows) {
    const told = describeOther(owners.get(row.id), os);
    if (!told) continue;
    const key = JSON.stringify(told);
    const before = alike.get(key)?.sockets ?? [];
    alike.set(key, withStop({ sockets: [...before, row], ...told, connections: 0 }));
  }
  return [...alike.values()];
}

function describeOther(owner: SocketOwner | undefined, os: Os): Pick<PortHolder, "owner" | "verdict"> | undefined {
  switch (owner?.kind) {
    case undefined:
    case "processes":
    case "nobody":
      return undefined;
    case "hidden": {
      const { user, home } = owner;
      const among = owner.among.flatMap((pid) => os.process(pid) ?? []);
      const it: Owner = { kind: "hidden", ...(user !== undefined && { user }), ...(home && { home }), among };
      return { owner: it, verdict: judgeHidden(home, among) };
    }
    case "system":
      return {
        owner: { kind: "system", name: owner.name },
        verdict: { grade: "system", because: `the system's own: ${owner.name}`, evidence: [] },
      };
    case "dead":
      return { owner: { kind: "dead", pid: owner.pid }, verdict: judgeDead(owner.pid, undefined) };
    case "reused": {
      const reused = os.process(owner.pid);
      const it: Owner = { kind: "dead", pid: owner.pid, ...(reused && { reused }) };
      return { owner: it, verdict: judgeDead(owner.pid, reused) };
    }
  }
}

/** Anybody may see in which control group a socket was made, and so whose it is, though not which process has it. */
function judgeHidden(home: Home | undefined, among: readonly ProcessInfo[]): Verdict {
  const source = "control groups";
  const evidence = among.slice(0, 4).map((process) => ({ what: `${nameProcess(process)} is there`, source }));
  const unit = serviceOf(home);
  if (unit) {
    const made = { what: `its socket was made in ${unit.name}`, source };
    return { grade: "managed", because: `the service ${unit.name}`, evidence: [made, ...evidence] };
  }
  if (home?.container) {
    const made = { what: `its socket was made in container ${home.container.id.slice(0, 12)}`, source };
    return { grade: "managed", because: "in a container", evidence: [made, ...evidence] };
  }
  return { grade: "unknown", because: "hidden, so whether it is an orphan can't be told", evidence };
}

function judgeDead(pid: number, reused: ProcessInfo | undefined): Verdict {
  const source = "socket table";
  const evidence = [{ what: `Windows lists pid ${pid} as its owner, which has ended`, source }];
  if (!reused)
    return { grade: "unknown", because: "a process that has ended, whose socket a child may keep", evidence };
  const what = `${nameProcess(reused)} has that number now, but is younger than the socket`;
  return {
    grade: "unknown",
    because: "a process that has ended, whose number is another's now",
    evidence: [...evidence, { what, source: "process table" }],
  };
}

function withStop(holder: Omit<PortHolder, "stop">): PortHolder {
  const stop = findStop(holder);
  return { ...holder, ...(stop && { stop }) };
}
