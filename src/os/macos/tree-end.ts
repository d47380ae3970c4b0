import type { LaunchSpec, TreeProcess } from "../../core/os.ts";
import { lazyLibc } from "../unix/libc.ts";
import { numberOf, sendSignal } from "../unix/signals.ts";
import { TreeEnd, type TreeVerdict } from "../unix/tree-end.ts";
import { type Lineage, readAncestry } from "./lineage.ts";
import type { Ancestry } from "./process-blocks.ts";
import { readFacts } from "./processes.ts";
import { findOwners, listSockets } from "./sockets.ts";

const libc = lazyLibc({ getsid: { args: ["i32"], returns: "i32" } });

export interface TreeRules {
  readonly lineage: Lineage;
  /** The sessions that end with the command: its own, and the one it was started in. */
  readonly sessions: readonly number[];
  readonly ports: LaunchSpec["ports"];
  /** Daemons with a session of their own and none of the ports, too. */
  readonly all: boolean;
}

export function judgeTree({ lineage, sessions, ports, all }: TreeRules): TreeVerdict<Ancestry> {
  const tree = lineage.scan();
  const serving = findServing(ports, tree);
  const isDoomed = ({ pid }: Ancestry) => all || sessions.includes(sessionOf(pid)) || serving.has(pid);
  return {
    doomed: tree.filter(isDoomed),
    spared: tree.filter((each) => !isDoomed(each)),
    serves: serving.size > 0,
  };
}

export function endTree(rules: TreeRules, awaitsServer: boolean): TreeEnd<Ancestry> {
  return new TreeEnd({ judge: () => judgeTree(rules), kill, awaitsServer });
}

/** Those with a socket on the ports in any state, accepted connections included: each keeps the port from being free. */
function findServing(ports: TreeRules["ports"], tree: readonly Ancestry[]): Set<number> {
  const states = ["listen", "bound", "open", "established", "other"] as const;
  const rows = ports.flatMap((port) => listSockets({ ...port, states }));
  const owners = findOwners(
    rows,
    tree.map(({ pid }) => pid),
  );
  return new Set([...owners.values()].flat());
}

/** Signals the very process that was judged; between the look and the signal its pid could still be reused. */
export function signalExactly({ pid, id }: Ancestry, signal: number): void {
  if (readAncestry(pid)?.id === id) sendSignal(pid, signal);
}

function kill(judged: Ancestry): void {
  signalExactly(judged, numberOf("SIGKILL"));
}

export function asTreeProcess({ pid }: Ancestry, sessions: readonly number[]): TreeProcess {
  return { pid, name: readFacts(pid)?.name ?? `process ${pid}`, detached: !sessions.includes(sessionOf(pid)) };
}

/** The session of any process; -1 when it is gone. */
export function sessionOf(pid: number): number {
  return libc().getsid(pid);
}
