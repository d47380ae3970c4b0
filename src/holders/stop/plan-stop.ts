import type { Grade, Owner, PortHolder, ProcessOwner, StartedBy } from "../../core/holder.ts";
import type { Kin } from "../../core/origin.ts";
import { identify } from "../../core/process-mark.ts";
import type { ProcessInfo } from "../../core/socket.ts";
import type { Doomed, LeftAlone, StopPlan, StopTarget } from "../../core/stop.ts";
import { nameProcess } from "../name-process.ts";
import { runsShell } from "../recognize/starter.ts";
import { isWatcher } from "../recognize/watcher.ts";
import { findReservation } from "./find-reservation.ts";

/** Who asks for it. */
export interface Asker {
  /** This process and all above it. */
  readonly pids: ReadonlySet<number>;
  /** Our user's number, where users have numbers; else only the name is compared. */
  readonly uid?: number;
  readonly user?: string;
  /** The container that we are in ourselves. */
  readonly container?: string;
  /** What stands in the file whose commands a shell runs; nothing where it runs none, or that can't be read. */
  readonly scriptOf: (shell: ProcessInfo) => string | undefined;
}

/** Windows' idle process and its kernel. */
const KERNEL = new Set([0, 4]);

/** Somebody looks after it, who would have to be told. */
const KEPT: ReadonlySet<Grade> = new Set(["managed", "system"]);
const LOOP = /(?:^|[\s;(])(?:while|until|for)\s/;
/** In a script most loops go through its arguments: one that starts a server again has no other end. */
const ENDLESS = /^[^#]*\b(?:while\s+(?:true|:|\[\s+1\s+\]|\(\(\s*1\s*\)\))|until\s|for\s*\(\(\s*;\s*;\s*\)\))/m;

/** What would be done about these holders. */
export function planStop(holders: readonly PortHolder[], asker: Asker): StopPlan {
  const judged = holders.map((holder) => judge(holder, asker));
  return {
    targets: judged.flatMap((each) => ("levels" in each ? [each] : [])),
    left: judged.flatMap((each) => ("levels" in each ? [] : [each])),
  };
}

function judge(holder: PortHolder, asker: Asker): StopTarget | LeftAlone {
  const { owner } = holder;
  switch (owner.kind) {
    case "process":
      return judgeProcess(holder, owner, asker);
    case "hidden":
      return { holder, kind: "unknown", because: describeHidden(owner) };
    case "system":
      return { holder, kind: "refused", because: `the system itself has it (${owner.name})` };
    case "dead": {
      const because = "the process that opened it has ended; whoever inherited it from that one is not told by Windows";
      return { holder, kind: "unknown", because };
    }
  }
}

function describeHidden({ user }: Extract<Owner, { kind: "hidden" }>): string {
  const whose = user === undefined ? "another user" : `user ${user}`;
  return `it belongs to ${whose} and can't be seen`;
}

function judgeProcess(holder: PortHolder, owner: ProcessOwner, asker: Asker): StopTarget | LeftAlone {
  const reservation = findReservation(owner, holder.sockets[0]?.at.port ?? 0);
  const refused = (reservation ? undefined : refuseKept(holder, owner, asker)) ?? refuseOurs(owner, asker);
  if (refused !== undefined) return { holder, kind: "refused", because: refused };
  const levels = reservation
    ? [doom(reservation, "reservation", holder)]
    : [
        ...watchersOf(owner, asker).map((process) => doom(process, "watcher", holder)),
        doom(owner.lineage[0].process, "holder", holder),
        ...owner.workers.map((process) => doom(process, "worker", holder)),
      ];
  const known = levels.flatMap((each) => each ?? []);
  if (known.length < levels.length) {
    return {
      holder,
      kind: "unknown",
      because: "when it started can't be seen, so it can't be told from another later",
    };
  }
  const loop = reservation ? undefined : findLoop(owner, asker);
  return { holder, levels: known, ...(loop && { loop }), consent: consentFor(holder, owner, asker) };
}

/** Who would have to be told instead, since somebody else looks after the process. */
function refuseKept(
  { verdict }: PortHolder,
  { lineage: [first], startedBy }: ProcessOwner,
  { container }: Asker,
): string | undefined {
  if (first.process.pid === 1 || first.parent.kind === "first")
    return "it is the first process here, and keeps all others";
  if (KERNEL.has(first.process.pid)) return "it is the system's own";
  // Who shares a container with us is a process like any other.
  if (startedBy.kind === "container" && container !== undefined && startedBy.container?.id === container)
    return undefined;
  // One that only watches is stopped with it.
  if (startedBy.kind === "manager" && isWatcher(startedBy.process.command)) return undefined;
  if (startedBy.kind === "manager" && startedBy.process.pid === first.process.pid) return `it is ${verdict.because}`;
  return describeKeeper(startedBy) ?? (KEPT.has(verdict.grade) ? `it is ${verdict.because}` : undefined);
}

function describeKeeper(startedBy: StartedBy): string | undefined {
  switch (startedBy.kind) {
    case "container":
      return `it belongs to the container ${startedBy.name ?? startedBy.container?.id.slice(0, 12) ?? "behind it"}`;
    case "unit":
      return `systemd keeps it running: ${startedBy.unit.name}`;
    case "service":
      return `the system keeps it running: ${startedBy.name}`;
    case "manager":
      return `${nameProcess(startedBy.process)} keeps it running, and would start it again`;
    case "reservation":
      return `${nameProcess(startedBy.process)} guards it`;
    case "session":
    case "editor":
    case "agent":
    case "terminal":
    case "remote":
    case "schedule":
    case "init":
    case "shell":
    case "process":
    case "gone":
    case "unknown":
      return undefined;
  }
}

/** Whom we would hurt ourselves with, and who is not ours to stop. */
function refuseOurs({ lineage: [first], workers }: ProcessOwner, { pids, uid, user }: Asker): string | undefined {
  if ([first.process, ...workers].some(({ pid }) => pids.has(pid))) return "this very portguard runs below it";
  const isOthers = uid === undefined ? differs(first.process.user, user) : differs(first.uid, uid);
  return isOthers && uid !== 0 ? `it belongs to user ${first.process.user ?? first.uid}` : undefined;
}

function differs<T>(one: T | undefined, other: T | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** Those above it that would start it again, the topmost first: watchers, and the master of which it is a worker. */
function watchersOf({ lineage }: ProcessOwner, { pids, uid }: Asker): ProcessInfo[] {
  const mayStop = (kin: Kin) => !pids.has(kin.process.pid) && (uid === 0 || !differs(kin.uid, uid));
  const masters = countMasters(lineage);
  const revives = (kin: Kin, index: number) => index < masters || isWatcher(kin.process.command);
  const above = lineage.slice(1).filter((kin, index) => mayStop(kin) && revives(kin, index));
  return above.map(({ process }) => process).toReversed();
}

/** How many right above the holder are its masters. Further up, two of one name (a shell in a shell) mean nothing. */
function countMasters([first, ...above]: ProcessOwner["lineage"]): number {
  const end = above.findIndex((kin, index) => !isMaster(kin.process, (above[index - 1] ?? first).process));
  return end < 0 ? above.length : end;
}

/** A worker is a copy of its master, or says itself that it was made by Python's multiprocessing. */
function isMaster(process: ProcessInfo, worker: ProcessInfo): boolean {
  const isCopy = process.command.length > 0 && process.command.join("\0") === worker.command.join("\0");
  return isCopy || worker.command.includes("--multiprocessing-fork");
}

/** `sh -c 'while :; do node server.js; done'`, or a script that says so. */
function isLoop(process: ProcessInfo, { scriptOf }: Asker): boolean {
  if (!runsShell(process)) return false;
  return process.command.some((word) => LOOP.test(word)) || ENDLESS.test(scriptOf(process) ?? "");
}

/** A loop that waits for this very portguard starts nothing again meanwhile. */
function findLoop({ lineage }: ProcessOwner, asker: Asker): ProcessInfo | undefined {
  return lineage
    .slice(1)
    .map(({ process }) => process)
    .find((process) => !asker.pids.has(process.pid) && isLoop(process, asker));
}

function doom(process: ProcessInfo, role: Doomed["role"], { sockets }: PortHolder): Doomed | undefined {
  const identity = identify(process);
  const known = role === "holder" || role === "worker" ? sockets : [];
  return identity && { ...identity, process, role, sockets: known };
}

function consentFor(
  { verdict }: PortHolder,
  { lineage: [first] }: ProcessOwner,
  { uid }: Asker,
): StopTarget["consent"] {
  if (differs(first.uid, uid)) return { kind: "ask", because: `user ${first.process.user ?? first.uid}'s` };
  return verdict.grade === "certain" ? { kind: "given" } : { kind: "ask", because: verdict.because };
}
