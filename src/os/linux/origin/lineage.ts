import type { Kin, Leader, Lineage, Parentage } from "../../../core/origin.ts";
import { seen, unseen } from "../../../core/seen.ts";
import { climbFrom } from "../../unix/origin/climb.ts";
import { readProcess } from "../owners.ts";
import { type ProcessStat, readField, readStat } from "../procfs.ts";
import { isFirstOfNamespace, judgeArrival } from "./first-process.ts";

/**
 * Programs that orphans are given to, beside the first process of a machine or a container: a user's service manager, and what
 * container engines and portguard watch their processes with. The kernel does not tell who asked to be one (PR_SET_CHILD_SUBREAPER).
 */
const ADOPTERS =
  /^(?:systemd|init|launchd|upstart|openrc-init|runit|s6-svscan|tini|dumb-init|catatonit|docker-init|containerd-shim.*|conmon)$/;
/** The first processes of whole machines: what they start has a session of its own. */
const INITS = /^(?:systemd|init|launchd|upstart|openrc-init|runit|s6-svscan)$/;
const GUARD = "__guard";

export function readLineages(pids: readonly number[]): Map<number, Lineage> {
  return climbFrom(pids, {
    readKin,
    aboveOf: ({ parent, process }) => (parent.kind === "unseen" ? undefined : process.ppid),
  });
}

function readKin(pid: number): Kin | undefined {
  const stat = readStat(pid);
  const process = stat && readProcess(pid);
  if (!process) return undefined;
  const parent = stat.ppid === 0 ? undefined : readStat(stat.ppid);
  const uid = readField(`/proc/${pid}/status`, "Uid")?.split("\t")[0];
  return {
    process,
    ...(uid !== undefined && { uid: Number(uid) }),
    parent: judgeParent(stat, parent),
    leaders: readLeaders(stat),
  };
}

function judgeParent(stat: ProcessStat, parent: ProcessStat | undefined): Parentage {
  if (stat.ppid === 0 && stat.pid === 1) return { kind: "first" };
  // As `docker exec` and nsenter bring one in.
  if (stat.ppid === 0) return { kind: "unseen", because: "whoever started it is outside of this container" };
  if (!parent) return { kind: "unseen", because: `its parent, ${stat.ppid}, is hidden from us` };
  if (parent.startTicks > stat.startTicks)
    return { kind: "unseen", because: "its parent changed while it was looked at" };
  const by = parent.pid;
  const source = `/proc/${stat.pid}/stat`;
  const heir = `${parent.name} (pid ${by}) has inherited it`;
  const isFirst = isFirstOfNamespace(by);
  const takesOrphans = isFirst || isAdopter(parent);
  const isLeft = takesOrphans && stateOfLeader(stat.group, stat.pid) === "gone";
  if (isFirst && !INITS.test(parent.name) && isNearby(stat, parent)) {
    const arrival = judgeArrival(stat, parent);
    if (arrival.kind !== "inherited") return { kind: arrival.kind, by };
    // While the leader lives, somebody of its kind does, who may have meant it to go on.
    const proof = `${heir}: ${arrival.because}`;
    return { kind: "adopted", by, strength: isLeft ? "proven" : "likely", proof, source };
  }
  if (isLeft) {
    const proof = `${heir}: the leader of its process group, ${stat.group}, is gone`;
    return { kind: "adopted", by, strength: "proven", proof, source };
  }
  // Nobody starts a process in another session than its own or a new one, but may have left that session since.
  if (isStranger(stat, parent) && (takesOrphans || parent.session !== parent.pid)) {
    const proof = `${heir}: its session, ${stat.session}, was made by another`;
    return { kind: "adopted", by, strength: "likely", proof, source };
  }
  return takesOrphans && stat.session === stat.pid ? { kind: "detached", by } : { kind: "started", by };
}

/** Whether it is in a session that neither it nor its parent has made. Where a leader is in another namespace (0), nothing is known. */
function isStranger(stat: ProcessStat, parent: ProcessStat): boolean {
  return stat.session !== 0 && stat.session !== stat.pid && stat.session !== parent.session;
}

/** In its session, or in one that is not seen: it may be its child. In another one, but for a leader of it, it can't. */
function isNearby(stat: ProcessStat, parent: ProcessStat): boolean {
  return stat.session === 0 || stat.session === parent.session;
}

function isAdopter(stat: ProcessStat): boolean {
  return ADOPTERS.test(stat.name) || isGuard(stat);
}

function isGuard({ pid, name }: ProcessStat): boolean {
  return name === "portguard" && readProcess(pid)?.command[1] === GUARD;
}

function readLeaders({ pid, group, session }: ProcessStat): Kin["leaders"] {
  if (group === 0 || session === 0) return unseen("they are in a namespace that is not seen from here");
  return seen({ group: describeLeader(group, pid), session: describeLeader(session, pid) });
}

function describeLeader(pid: number, of: number): Leader {
  return { pid, state: stateOfLeader(pid, of) };
}

/** While others of its group or session live, its number is nobody else's. */
function stateOfLeader(leader: number, of: number): Leader["state"] {
  if (leader === of) return "itself";
  if (leader === 0) return "alive";
  const stat = readStat(leader);
  if (stat) return stat.state === "Z" || stat.state === "X" ? "gone" : "alive";
  return exists(leader) ? "alive" : "gone";
}

/** Though its folder in /proc may be hidden from us (hidepid): then there is somebody whom we may not signal. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
