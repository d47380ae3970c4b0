import type { LaunchSpec, SignalName, TreeProcess } from "../../core/os.ts";
import { numberOf } from "../unix/signals.ts";
import { type TreeCare, UnixTree } from "../unix/tree.ts";
import type { TreeVerdict } from "../unix/tree-end.ts";
import { type Lineage, readAncestry } from "./lineage.ts";
import type { Ancestry } from "./process-blocks.ts";
import { asTreeProcess, judgeTree, sessionOf, signalExactly } from "./tree-end.ts";

/** The command and what descends from its guard. */
export class MacTree extends UnixTree<Ancestry> {
  private readonly command: Ancestry | undefined;
  private alive = true;

  constructor(
    pid: number,
    private readonly lineage: Lineage,
    spec: Pick<LaunchSpec, "ports" | "killAll" | "way">,
    care: TreeCare,
  ) {
    super(pid, [sessionOf(process.pid), pid], spec, care);
    this.command = pid < 0 ? undefined : readAncestry(pid);
  }

  members(): TreeProcess[] {
    return this.lineage.scan().map((each) => this.describe(each));
  }

  signal(signal: SignalName): void {
    if (this.alive && this.command) signalExactly(this.command, numberOf(signal));
  }

  noteExit(): void {
    this.alive = false;
  }

  protected judge(): TreeVerdict<Ancestry> {
    const { ports, killAll } = this.spec;
    return judgeTree({ lineage: this.lineage, sessions: this.sessions, ports, all: killAll });
  }

  protected describe(ancestry: Ancestry): TreeProcess {
    return asTreeProcess(ancestry, this.sessions);
  }

  protected signalOne(ancestry: Ancestry, signal: number): void {
    signalExactly(ancestry, signal);
  }
}
