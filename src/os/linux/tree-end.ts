import type { Protocol } from "../../core/endpoint.ts";
import type { TreeProcess } from "../../core/os.ts";
import { ENOSYS } from "../unix/constants.ts";
import { closeFd } from "../unix/files.ts";
import { numberOf, sendSignal } from "../unix/signals.ts";
import { TreeEnd, type TreeVerdict } from "../unix/tree-end.ts";
import { type ProcessStat, readStat, socketInodes } from "./procfs.ts";
import { readSocketTable } from "./socket-table.ts";
import { openPidfd, signalPidfd } from "./syscalls.ts";
import { listDescendants } from "./tree-scan.ts";

export interface TreeRules {
  /** The process below which everything belongs to the command. */
  readonly root: number;
  /** Processes below the root that are portguard's own. */
  readonly own: readonly number[];
  /** Processes below the root that were there before the command, with all that they start. */
  readonly foreign: readonly number[];
  /** Processes that started before (in clock ticks) were there before the command, too, whosever children they are now. */
  readonly since: number;
  /** The sessions that end with the command: its own, and the one it was started in. */
  readonly sessions: readonly number[];
  readonly ports: readonly { readonly protocol: Protocol; readonly port: number }[];
  /** Daemons with a session of their own and none of the ports, too. */
  readonly all: boolean;
}

export function judgeTree(rules: TreeRules): TreeVerdict<ProcessStat> {
  const tree = listDescendants(rules.root, rules.foreign).filter(
    ({ pid, startTicks }) => startTicks >= rules.since && !rules.own.includes(pid),
  );
  const reserved = reservedInodes(rules.ports);
  const serving = new Set(tree.filter(({ pid }) => hasAnyOf(socketInodes(pid), reserved)));
  const doomed = tree.filter((each) => rules.all || rules.sessions.includes(each.session) || serving.has(each));
  return { doomed, spared: tree.filter((each) => !doomed.includes(each)), serves: serving.size > 0 };
}

export function endTree(rules: TreeRules, awaitsServer: boolean): TreeEnd<ProcessStat> {
  return new TreeEnd({ judge: () => judgeTree(rules), kill, awaitsServer });
}

function kill(judged: ProcessStat): void {
  signalExactly(judged, numberOf("SIGKILL"));
}

/** Signals the very process that was judged: its pid may have been reused since. */
export function signalExactly(judged: ProcessStat, signal: number): void {
  const pidfd = openPidfd(judged.pid);
  if (pidfd < 0 && pidfd !== -ENOSYS) return;
  if (readStat(judged.pid)?.startTicks === judged.startTicks) {
    // Before Linux 5.3 there are no pidfds.
    if (pidfd < 0) sendSignal(judged.pid, signal);
    else signalPidfd(pidfd, signal);
  }
  if (pidfd >= 0) closeFd(pidfd);
}

export function asTreeProcess({ pid, name, session }: ProcessStat, sessions: readonly number[]): TreeProcess {
  return { pid, name, detached: !sessions.includes(session) };
}

/** The sockets that belong to the ports in any state, accepted connections included: each keeps the port from being free. */
function reservedInodes(ports: TreeRules["ports"]): Set<string> {
  const states = ["listen", "bound", "open", "established", "other"] as const;
  const rows = ports.flatMap(({ protocol, port }) => readSocketTable({ protocol, port, states }));
  return new Set(rows.map(({ id }) => id).filter((id) => id !== "0"));
}

function hasAnyOf(inodes: ReadonlySet<string> | undefined, wanted: ReadonlySet<string>): boolean {
  if (!inodes) return false;
  for (const inode of wanted) if (inodes.has(inode)) return true;
  return false;
}
