import type { Kin, Leader, Lineage, Parentage } from "../../../core/origin.ts";
import { seen, unseen } from "../../../core/seen.ts";
import { lazyLibc } from "../../unix/libc.ts";
import { climbFrom } from "../../unix/origin/climb.ts";
import { readAncestry } from "../lineage.ts";
import { readProcessBlock } from "../libproc.ts";
import { type Ancestry, parseGroup } from "../process-blocks.ts";
import { readFacts, readProcess } from "../processes.ts";

const libc = lazyLibc({ getsid: { args: ["i32"], returns: "i32" } });

const LAUNCHD = 1;

export function readLineages(pids: readonly number[]): Map<number, Lineage> {
  return climbFrom(pids, { readKin, aboveOf: ({ process }) => process.ppid });
}

function readKin(pid: number): Kin | undefined {
  const process = readProcess(pid);
  const facts = process && readFacts(pid);
  if (!facts) return undefined;
  const { ppid } = facts;
  const parent = judgeParent(ppid, readAncestry(pid), readAncestry(ppid));
  return { process, uid: facts.uid, parent, leaders: readLeaders(pid) };
}

/** Orphans are launchd's, and keep the number of the one that forked them until their next exec: then they seem to be its own. */
export function judgeParent(ppid: number, own: Ancestry | undefined, parent: Ancestry | undefined): Parentage {
  if (ppid === 0) return { kind: "first" };
  if (!own || !parent) return { kind: "unseen", because: "who forked it may not be seen" };
  if (ppid !== LAUNCHD || own.parentId === parent.id) return { kind: "started", by: ppid };
  const proof = `launchd (pid 1) has inherited it: process number ${own.parentId}, which forked it, is gone`;
  return { kind: "adopted", by: LAUNCHD, strength: "proven", proof, source: "proc_pidinfo" };
}

function readLeaders(pid: number): Kin["leaders"] {
  const short = readProcessBlock(pid, "short");
  const session = libc().getsid(pid);
  if (!short || session <= 0) return unseen("they may not be seen");
  return seen({ group: describeLeader(parseGroup(short), pid), session: describeLeader(session, pid) });
}

function describeLeader(leader: number, of: number): Leader {
  if (leader === of) return { pid: leader, state: "itself" };
  return { pid: leader, state: readProcessBlock(leader, "short") ? "alive" : "gone" };
}
