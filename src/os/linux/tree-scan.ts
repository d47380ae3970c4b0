import { listFolder } from "./list-folder.ts";
import { type ProcessStat, readAllStats } from "./procfs.ts";
import { readTextPath } from "../unix/paths.ts";

/** The children that this process has now; none where the kernel was built without telling. */
export function listOwnChildren(): number[] {
  return childrenOfThread(process.pid, process.pid) ?? [];
}

/** Those that a process has now, whichever of its threads has started them; none where the kernel was built without telling. */
export function listChildren(pid: number): number[] {
  const threads = listFolder(`/proc/${pid}/task`) ?? [];
  return threads.flatMap((thread) => childrenOfThread(pid, thread) ?? []);
}

function childrenOfThread(pid: number, thread: number | string): number[] | undefined {
  const text = readTextPath(`/proc/${pid}/task/${thread}/children`);
  return text?.split(" ").filter(Boolean).map(Number);
}

/** These processes and everybody below them: of few that is known sooner from each one's children than by a look at all. */
export function listBelow(roots: readonly number[]): number[] {
  const isTold = childrenOfThread(process.pid, process.pid) !== undefined;
  const all = isTold ? undefined : Map.groupBy(readAllStats(), ({ ppid }) => ppid);
  const childrenOf = (pid: number) => (all ? (all.get(pid) ?? []).map((child) => child.pid) : listChildren(pid));
  const found = new Set(roots);
  for (const pid of found) for (const child of childrenOf(pid)) found.add(child);
  return [...found];
}

/**
 * Every live process below this one, at this moment, without `foreign` ones and what is below them. Zombies are left out:
 * they hold nothing and can't be signalled.
 */
export function listDescendants(root: number, foreign: readonly number[] = []): ProcessStat[] {
  const children = Map.groupBy(readAllStats(), ({ ppid }) => ppid);
  const found: ProcessStat[] = [];
  const queue = [root];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    for (const child of children.get(pid) ?? []) {
      if (foreign.includes(child.pid)) continue;
      found.push(child);
      queue.push(child.pid);
    }
  }
  return found.filter(({ state }) => state !== "Z" && state !== "X");
}
