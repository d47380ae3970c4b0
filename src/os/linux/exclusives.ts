import type { Exclusive } from "../../core/exclusive.ts";
import { readLinkPath, readTextPath } from "../unix/paths.ts";
import { findPidFiles } from "../unix/pid-files.ts";
import { listFolder } from "./list-folder.ts";
import { readProcess } from "./owners.ts";

/** What these processes have that no second one could have beside them: locks for writing, and pid files. */
export function findExclusives(pids: readonly number[]): Exclusive[] {
  return [...pids.flatMap(findLocks), ...findPidFiles(pids.flatMap((pid) => readProcess(pid) ?? []))];
}

/** `/proc/PID/fdinfo/N` has a line for each lock that is held through this file. */
function findLocks(pid: number): Exclusive[] {
  const locked = (listFolder(`/proc/${pid}/fdinfo`) ?? []).filter((fd) =>
    /^lock:.* WRITE /m.test(readTextPath(`/proc/${pid}/fdinfo/${fd}`) ?? ""),
  );
  const paths = new Set(locked.flatMap((fd) => readLinkPath(`/proc/${pid}/fd/${fd}`) ?? []));
  return [...paths].map((path) => ({ kind: "lock", pid, path }));
}
