import type { Grade, Owner, PortHolder, ProcessOwner, StartedBy } from "../../core/holder.ts";
import type { Kin } from "../../core/origin.ts";
import { identify } from "../../core/process-mark.ts";
import type { Remedy } from "../../core/finding.ts";
import type { ProcessInfo } from "../../core/socket.ts";
import type { Doomed, LeftAlone, StopPlan, StopTarget } from "../../core/stop.ts";
import { nameProcess } from "../name-process.ts";
import { runsShell } from "../recognize/starter.ts";
import { isWatcher } from "../recognize/watcher.ts";
import { nameOf, STOP_ABOVE_US } from "../stop.ts";
import { joinReserved } from "./join-reserved.ts";

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

/** Windows' idle process and its kernel; elsewhere, where users have numbers, any process may have these in a container. */
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
    targets: joinReserved(judged.flatMap((each) => ("levels" in each ? [each] : []))),
    left: judged.flatMap((each) => ("levels" in each ? [] : [each])),
  };
}

function judge(holder: PortHolder, asker: Asker): StopTarget | LeftAlone {
  const { owner } = holder;
  switch (owner.kind) {
    case "process":
      return judgeProcess(holder, owner, asker);
    case "hidden":
      return {
        holder,
        kind: "unknown",
        because: describeHidden(owner),
        ...insteadOf(holder.stop ?? asRoot(holder, asker)),
      };
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

function insteadOf(remedy: Remedy | undefined): Pick<LeftAlone, "instead"> {
  return remedy ? { instead: remedy } : {};
}

/** Where users have numbers, root is one who may. */
function asRoot({ sockets: [socket] }: PortHolder, { uid }: Asker): Remedy | undefined {
  if (uid === undefined || uid === 0 || !socket) return undefined;
  return { what: "see who it is, as root", commands: [["sudo", "portguard", "who", nameOf(socket.at)]], risk: "none" };
}

function judgeProcess(holder: PortHolder, owner: ProcessOwner, asker: Asker): StopTarget | LeftAlone {
  const reservation = findGuarding(owner, asker);
  const kept = reservation ? undefined : refuseKept(holder, owner, asker);
  const refused = kept ?? refuseAboveUs(owner, reservation, asker) ?? refuseOthers(holder, owner, asker);
  if (refused) return { holder, kind: "refused", ...refused };
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

/** The portguard that has this port in hand, unless it is in a container that we are not in. */
function findGuarding({ reservation, startedBy }: ProcessOwner, { container }: Asker): ProcessInfo | undefined {
  const isElsewhere = startedBy.kind === "container" && startedBy.container?.id !== container;
  return reservation?.scope === "port" && !isElsewhere ? reservation.process : undefined;
}

type Refusal = Pick<LeftAlone, "because" | "instead">;

/** Who would have to be told instead, since somebody else looks after the process. */
function refuseKept(
  { verdict, stop }: PortHolder,
  { lineage: [first], startedBy }: ProcessOwner,
  { container, uid }: Asker,
): Refusal | undefined {
  if (first.process.pid === 1 || first.parent.kind === "first")
    return { because: "it is the first process here, and keeps all others", ...insteadOf(stop) };
  if (uid === undefined && KERNEL.has(first.process.pid)) return { because: "it is the system's own" };
  // Who shares a container with us is a process like any other.
  if (startedBy.kind === "container" && container !== undefined && startedBy.container?.id === container)
    return undefined;
  const isItself = startedBy.kind === "manager" && startedBy.process.pid === first.process.pid;
  const keeper = isItself ? undefined : describeKeeper(startedBy);
  const because = keeper ?? (KEPT.has(verdict.grade) ? `it is ${verdict.because}` : undefined);
  return because === undefined ? undefined : { because, ...insteadOf(stop) };
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
      return `${nameProcess(startedBy.process)} runs it, and has not reserved this port`;
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

/** Whom we would hurt ourselves with. */
function refuseAboveUs(
  { lineage: [first], workers }: ProcessOwner,
  reservation: ProcessInfo | undefined,
  { pids }: Asker,
): Refusal | undefined {
  const instead = STOP_ABOVE_US;
  if (reservation && pids.has(reservation.pid))
    return { because: `this very portguard runs below ${nameProcess(reservation)}, which guards it`, instead };
  const isAboveUs = [first.process, ...workers].some(({ pid }) => pids.has(pid));
  return isAboveUs ? { because: "this very portguard runs below it", instead } : undefined;
}

/** Who is not ours to stop. */
function refuseOthers(
  { sockets: [socket] }: PortHolder,
  { lineage: [first] }: ProcessOwner,
  { uid, user }: Asker,
): Refusal | undefined {
  const isOthers = uid === undefined ? differs(first.process.user, user) : differs(first.uid, uid);
  if (!isOthers || uid === 0) return undefined;
  const because = `it belongs to user ${first.process.user ?? first.uid}`;
  const commands = uid === undefined || !socket ? [] : [["sudo", "portguard", "free", nameOf(socket.at)]];
  return { because, ...(commands.length > 0 && insteadOf({ what: "stop it as root", commands, risk: "none" })) };
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
