import type { LaunchSpec, SignalName, TreeProcess } from "../../core/os.ts";
import { closeFd } from "../unix/files.ts";
import { numberOf, sendSignal } from "../unix/signals.ts";
import { type TreeCare, UnixTree } from "../unix/tree.ts";
import type { TreeVerdict } from "../unix/tree-end.ts";
import { type ProcessStat, readStat } from "./procfs.ts";
import { openPidfd, signalPidfd } from "./syscalls.ts";
import { asTreeProcess, judgeTree, signalExactly } from "./tree-end.ts";
import { listDescendants } from "./tree-scan.ts";

export interface TreePlace {
  readonly guardPid: number;
  /** Children of this process that were there before the guard, or are the guards of other generations. */
  readonly foreign: () => readonly number[];
}

/** The command below its guard; or, from the moment that the guard is killed, below ourselves. */
export class LinuxTree extends UnixTree<ProcessStat> {
  private pidfd: number;
  /** When the guard started: nothing older is the command's. */
  private readonly since: number;
  private alive = true;

  constructor(
    pid: number,
    private readonly place: TreePlace,
    spec: Pick<LaunchSpec, "ports" | "killAll" | "way">,
    care: TreeCare,
  ) {
    super(pid, [readStat(process.pid)?.session ?? -1, pid], spec, care);
    this.pidfd = openPidfd(pid);
    this.since = readStat(place.guardPid)?.startTicks ?? 0;
  }

  members(): TreeProcess[] {
    const { guardPid, foreign } = this.place;
    const all = listDescendants(process.pid, foreign()).filter(
      ({ pid, startTicks }) => pid !== guardPid && startTicks >= this.since,
    );
    return all.map((each) => this.describe(each));
  }

  signal(signal: SignalName): void {
    if (!this.alive) return;
    if (this.pidfd >= 0) signalPidfd(this.pidfd, numberOf(signal));
    else sendSignal(this.pid, numberOf(signal));
  }

  noteExit(): void {
    this.alive = false;
    if (this.pidfd >= 0) closeFd(this.pidfd);
    this.pidfd = -1;
  }

  protected judge(): TreeVerdict<ProcessStat> {
    const { guardPid, foreign } = this.place;
    const { ports, killAll } = this.spec;
    const { sessions, since } = this;
    return judgeTree({ root: process.pid, own: [guardPid], foreign: foreign(), since, sessions, ports, all: killAll });
  }

  protected describe(stat: ProcessStat): TreeProcess {
    return asTreeProcess(stat, this.sessions);
  }

  protected signalOne(stat: ProcessStat, signal: number): void {
    signalExactly(stat, signal);
  }
}
