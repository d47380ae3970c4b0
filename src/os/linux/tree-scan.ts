import { type ProcessStat, readAllStats } from "./procfs.ts";
import { readTextPath } from "../unix/paths.ts";

/** The children that this process has now; none where the kernel was built without telling. */
export function listOwnChildren(): number[] {
  const text = readTextPath(`/proc/self/task/${process.pid}/children`) ?? "";
  return text.split(" ").filter(Boolean).map(Number);
}

/**
 * Every live process below this one, at this moment, without `foreign` ones and what is below them. Zombies are left out:
 * they hold nothing and can't be signalled.
 */
export function listDescendants(root: number, foreign: readonly number[] = []): ProcessStat[] {
  const children = new Map<number, ProcessStat[]>();
  for (const stat of readAllStats()) {
    const siblings = children.get(stat.ppid);
    if (siblings) siblings.push(stat);
    else children.set(stat.ppid, [stat]);
  }
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
