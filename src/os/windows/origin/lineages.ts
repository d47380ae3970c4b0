import type { Kin, Lineage, Parentage } from "../../../core/origin.ts";
import { unseen } from "../../../core/seen.ts";
import type { ProcessInfo } from "../../../core/socket.ts";
import { type ListedProcess, listProcesses } from "../process-list.ts";
import { readListedProcess } from "../processes.ts";

const LONGEST = 64;
/** The kernel and its session manager: below them there is no starter to be missed. */
const FIRST: ReadonlySet<number> = new Set([0, 4]);
/** One of each lives as long as Windows, and their times are kept from us: nobody else can have had their number before. */
const LASTING: ReadonlySet<string> = new Set(["services", "wininit", "winlogon", "csrss", "smss"]);
const NO_LEADERS = unseen("Windows has no process groups or sessions of this kind");

/** From each process up to the last one whose parent is really there. */
export function readLineages(pids: readonly number[]): Map<number, Lineage> {
  const listed = new Map(Array.from(listProcesses(), (each) => [each.pid, each]));
  const known = new Map<number, ProcessInfo | undefined>();
  const read = (pid: number) => {
    const its = listed.get(pid);
    if (its && !known.has(pid)) known.set(pid, readListedProcess(its));
    return known.get(pid);
  };
  return new Map(
    pids.flatMap((pid): [number, Lineage][] => {
      const [self, ...above] = climb(pid, listed, read);
      return self ? [[pid, [self, ...above]]] : [];
    }),
  );
}

function climb(
  from: number,
  listed: ReadonlyMap<number, ListedProcess>,
  read: (pid: number) => ProcessInfo | undefined,
): Kin[] {
  const lineage: Kin[] = [];
  for (let process = read(from); process && lineage.length < LONGEST;) {
    const above = process.ppid === undefined ? undefined : listed.get(process.ppid);
    const parent = judgeParent(process, above && (read(above.pid) ?? { ...above, command: [] }));
    lineage.push({ process, parent, leaders: NO_LEADERS });
    process = parent.kind === "started" ? read(parent.by) : undefined;
  }
  return lineage;
}

/** Windows gives orphans to nobody: they keep the number of a parent that has ended, which may be another's by now. */
export function judgeParent(process: ProcessInfo, parent: ProcessInfo | undefined): Parentage {
  const { ppid = 0, startedAt } = process;
  const source = "process list";
  if (FIRST.has(process.pid)) return { kind: "first" };
  if (FIRST.has(ppid)) return { kind: "started", by: ppid };
  if (!parent) {
    return { kind: "adopted", strength: "proven", proof: `its parent, pid ${ppid}, has ended`, source };
  }
  if (LASTING.has(parent.name?.toLowerCase() ?? "")) return { kind: "started", by: ppid };
  if (startedAt === undefined || parent.startedAt === undefined) {
    return { kind: "unseen", because: `when it and its parent, pid ${ppid}, were started may not be seen` };
  }
  if (parent.startedAt <= startedAt) return { kind: "started", by: ppid };
  const proof = `its parent has ended: pid ${ppid} is another, younger process by now`;
  return { kind: "adopted", strength: "proven", proof, source };
}
