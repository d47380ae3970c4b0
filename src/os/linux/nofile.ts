import { readTextPath } from "../unix/paths.ts";

/**
 * The soft limit that we were started with. The runtime raises it to the hard one before any of our code runs, so our
 * parent's is taken, where its hard limit shows that it is the same; nothing where that can't be told.
 */
export function originalSoftNofile(): number | undefined {
  const parent = limitsOf(process.ppid);
  return parent && parent.hard === limitsOf(process.pid)?.hard ? parent.soft : undefined;
}

function limitsOf(pid: number): { soft: number; hard: number } | undefined {
  const found = /^Max open files\s+(\d+)\s+(\d+)/m.exec(readTextPath(`/proc/${pid}/limits`) ?? "");
  return found ? { soft: Number(found[1]), hard: Number(found[2]) } : undefined;
}
