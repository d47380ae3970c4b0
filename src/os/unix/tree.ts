import type { LaunchSpec, SignalName, Tree, TreeProcess } from "../../core/os.ts";
import { numberOf } from "./signals.ts";
import { TreeEnd, type TreeVerdict } from "./tree-end.ts";

/** A tree as the nursery keeps it. */
export interface GuardedTree extends Tree {
  /** Whether `end` has left any. */
  readonly leftDaemons: boolean;
  /** The command has ended: its pid means nothing any more. */
  noteExit(): void;
  /** Ends the tree where its guard can't: it was killed, or another one was. */
  endWithoutGuard(): Promise<TreeProcess[]>;
}

/** What the nursery does for a tree. */
export type TreeCare = Pick<Tree, "leave" | "dismiss">;

/** What a Unix system does with a command's tree; who belongs to it, each of them knows in its own way. */
export abstract class UnixTree<Process extends { readonly pid: number }> implements GuardedTree {
  leftDaemons = false;

  constructor(
    /** -1 while it is not known. */
    readonly pid: number,
    /** The sessions that end with the command. */
    protected readonly sessions: readonly number[],
    protected readonly spec: Pick<LaunchSpec, "ports" | "killAll" | "way">,
    private readonly care: TreeCare,
  ) {}

  abstract members(): TreeProcess[];
  abstract signal(signal: SignalName): void;
  abstract noteExit(): void;

  protected abstract judge(): TreeVerdict<Process>;
  protected abstract describe(process: Process): TreeProcess;
  /** Signals the very process that was judged. */
  protected abstract signalOne(process: Process, signal: number): void;

  leave(): void {
    this.care.leave();
  }

  dismiss(): Promise<void> {
    return this.care.dismiss();
  }

  doomed(): TreeProcess[] {
    return this.judge().doomed.map((each) => this.describe(each));
  }

  signalAll(signal: SignalName): void {
    for (const each of this.judge().doomed) this.signalOne(each, numberOf(signal));
  }

  async end(): Promise<TreeProcess[]> {
    return await this.kill(false);
  }

  async endWithoutGuard(): Promise<TreeProcess[]> {
    return await this.kill(this.spec.way.kind === "release");
  }

  private async kill(awaitsServer: boolean): Promise<TreeProcess[]> {
    const kill = (each: Process) => this.signalOne(each, numberOf("SIGKILL"));
    const end = new TreeEnd({ judge: () => this.judge(), kill, awaitsServer });
    for (let pause = end.step(); pause !== undefined; pause = end.step()) await Bun.sleep(pause);
    this.leftDaemons = end.spared.length > 0;
    return end.spared.map((each) => this.describe(each));
  }
}
