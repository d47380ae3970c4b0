import type { Home } from "../../../core/origin.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { readTextPath } from "../../unix/paths.ts";
import { readFileStatus } from "../file-mode.ts";
import { nameContainer } from "../network/container-name.ts";
import { type ControlGroups, findMounts, readControlGroups, systemdPath } from "../network/control-groups.ts";
import { unitOf } from "../network/unit.ts";
import { listEntries } from "../list-folder.ts";

const DIRECTORY = 4;
/** Folders of control groups: a machine with many containers has some thousands. */
const MANY = 20_000;

/** The container or service that a process is in, as its control groups name it. */
export function homeOf(pid: number): Seen<Home> {
  const groups = readControlGroups(pid);
  return groups ? seen(nameHome(groups)) : unseen(`process ${pid} is gone or hidden`);
}

function nameHome(groups: ControlGroups): Home {
  const container = nameContainer(groups);
  if (container) return { container };
  const path = systemdPath(groups);
  const unit = path === undefined ? undefined : unitOf(path);
  return unit ? { unit } : {};
}

/** A control group, found by the number that sockets carry: anybody may see it, whoever's the processes in it are. */
export interface FoundGroup {
  readonly home: Home;
  /** The processes in it, those of groups below it left out. */
  readonly pids: readonly number[];
}

/** Those of these groups that are there, by number; the root, in which everything without a group is, tells nothing. */
export function findGroups(numbers: ReadonlySet<string>): Map<string, FoundGroup> {
  const found = new Map<string, FoundGroup>();
  const mount = findMounts(readTextPath("/proc/self/mountinfo") ?? "").get("unified");
  if (mount === undefined || numbers.size === 0) return found;
  const queue = [""];
  const wanted = numbers.has(String(readFileStatus(mount)?.inode)) ? numbers.size - 1 : numbers.size;
  for (let at = 0; at < queue.length && queue.length < MANY && found.size < wanted; at++) {
    for (const { name, type, inode } of listEntries(`${mount}${queue[at]}`) ?? []) {
      if (type !== DIRECTORY) continue;
      const path = `${queue[at]}/${name}`;
      queue.push(path);
      if (numbers.has(String(inode))) found.set(String(inode), describeGroup(mount, path));
    }
  }
  return found;
}

function describeGroup(mount: string, path: string): FoundGroup {
  const members = readTextPath(`${mount}${path}/cgroup.procs`) ?? "";
  return {
    home: nameHome({ unified: path, legacy: new Map() }),
    pids: members
      .split("\n")
      .map(Number)
      .filter((pid) => pid > 0),
  };
}
