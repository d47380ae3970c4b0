import type { NamespaceFacts } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import type { ProcessInfo } from "../../../core/socket.ts";
import { readLinkPath } from "../../unix/paths.ts";
import { readFileStatus } from "../file-mode.ts";
import { findOwners, readProcess } from "../owners.ts";
import { listPids, readStat } from "../procfs.ts";
import { containerOf } from "./container-name.ts";
import { readAddresses, readListeners, readLocalhost } from "./namespace-files.ts";
import { seesWholeMachine } from "./pid-namespace.ts";

/**
 * Every network namespace that a process lives in, by any user: `/proc/PID/net` is open to everybody, and its files have
 * inodes of their own in each namespace. What a plain user does not get are the owners of other users' sockets and their
 * hosts files. `unseen` where processes are hidden from us (hidepid), and in a container that shows no namespace but ours:
 * those beside it are on the machine around. A namespace without any process (`ip netns add` alone) has no server in it.
 */
export function listOtherNamespaces(): Seen<readonly NamespaceFacts[]> {
  const own = namespaceOf("self");
  if (own === undefined) return unseen("/proc/net can't be read here");
  if (readStat(1) === undefined)
    return unseen("other users' processes are hidden from us (hidepid)", "run it with sudo");
  const groups = groupByNamespace(listPids());
  groups.delete(own);
  if (groups.size === 0 && !seesWholeMachine()) {
    return unseen("from within a container only its own processes are seen", "run it on the machine around it");
  }
  return seen([...groups.values()].flatMap((pids) => describeNamespace(pids) ?? []));
}

/** Names the network namespace of a process; nothing where the process is gone (or dead, or hidden). */
function namespaceOf(pid: number | "self"): bigint | undefined {
  return readFileStatus(`/proc/${pid}/net/tcp`)?.inode;
}

function groupByNamespace(pids: readonly number[]): Map<bigint, number[]> {
  const groups = new Map<bigint, number[]>();
  for (const pid of pids) {
    const inode = namespaceOf(pid);
    if (inode === undefined) continue;
    const group = groups.get(inode);
    if (group) group.push(pid);
    else groups.set(inode, [pid]);
  }
  return groups;
}

function describeNamespace(pids: readonly number[]): NamespaceFacts | undefined {
  const leader = findLeader(pids);
  if (!leader) return undefined;
  const container = containerOf(leader.pid);
  const addresses = readAddresses(leader.pid);
  const localhost = readLocalhost(leader.pid, addresses);
  return {
    id: readLinkPath(`/proc/${leader.pid}/ns/net`) ?? `/proc/${leader.pid}/ns/net`,
    leader,
    ...(container && { container }),
    addresses,
    listeners: describeListeners(leader.pid, pids),
    ...(localhost && { localhost }),
  };
}

/** Who has lived there longest: of a container its first process, and not a shell that came in later. */
function findLeader(pids: readonly number[]): ProcessInfo | undefined {
  const stats = pids.flatMap((pid) => readStat(pid) ?? []);
  const [first] = stats.toSorted((a, b) => a.startTicks - b.startTicks || a.pid - b.pid);
  return first && readProcess(first.pid);
}

function describeListeners(leader: number, pids: readonly number[]): NamespaceFacts["listeners"] {
  const rows = readListeners(leader);
  const owners = findOwners(rows, pids);
  const known = new Map<number, ProcessInfo | undefined>();
  return rows.map((row) => {
    const pid = owners.get(row.id)?.[0];
    if (pid === undefined) return { row };
    if (!known.has(pid)) known.set(pid, readProcess(pid));
    const process = known.get(pid);
    return { row, ...(process && { process }) };
  });
}
