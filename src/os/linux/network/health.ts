import type { ProcessHealth } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { readTextPath } from "../../unix/paths.ts";
import { readFileStatus } from "../file-mode.ts";
import { listFolder } from "../list-folder.ts";
import { readField, readStat } from "../procfs.ts";
import { nameContainer } from "./container-name.ts";
import { isFrozen, readControlGroups, systemdPath } from "./control-groups.ts";
import { readUnitLimits, unitOf } from "./unit.ts";

type State = ProcessHealth["state"];

/** The letters of /proc/PID/stat; whatever waits without holding anybody up (idle, parked) sleeps. */
const STATES: Readonly<Record<string, State>> = {
  R: "running",
  D: "waiting-for-disk",
  T: "stopped",
  t: "traced",
  Z: "zombie",
  X: "zombie",
};

/** From `/proc/PID`; who is in no container may have a unit. */
export function readHealth(pid: number): Seen<ProcessHealth> {
  const stat = readStat(pid);
  if (!stat) return unseen(`process ${pid} is gone or hidden`);
  const groups = readControlGroups(pid);
  const tracer = Number(readField(`/proc/${pid}/status`, "TracerPid") ?? 0);
  const files = readFiles(pid);
  const container = groups && nameContainer(groups);
  const path = groups && systemdPath(groups);
  const unit = container || path === undefined ? undefined : unitOf(path);
  const unitLimits = unit && readUnitLimits(unit);
  return seen({
    pid,
    state: groups && isFrozen(groups) ? "frozen" : (STATES[stat.state] ?? "sleeping"),
    ...(tracer > 0 && { tracer }),
    ...(files && { files }),
    ...(container && { container }),
    ...(unit && { unit: unit.name }),
    ...(unitLimits && { unitLimits }),
  });
}

/** Open files against the soft limit; nothing where the files are kept from us, or there is no limit. */
function readFiles(pid: number): ProcessHealth["files"] {
  const limit = parseFileLimit(readTextPath(`/proc/${pid}/limits`) ?? "");
  if (limit === undefined) return undefined;
  const open = countFiles(`/proc/${pid}/fd`);
  return open === undefined ? undefined : { open, limit };
}

export function parseFileLimit(limits: string): number | undefined {
  const soft = /^Max open files +(\d+) /m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

/** Linux 6.2 and later tell the number as the folder's size; listing a million of them takes its time. */
function countFiles(folder: string): number | undefined {
  const size = readFileStatus(folder)?.size ?? 0;
  return size > 0 ? size : listFolder(folder)?.length;
}
