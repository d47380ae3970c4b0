import { fail } from "../../core/error.ts";
import type { HandoffSpec, LaunchOutcome, LaunchSpec, Nursery, NurseryOptions, QueueRule } from "../../core/os.ts";
import { closeFd, openSocketPair, writeFd } from "./files.ts";
import { GuardProcess } from "./guard-process.ts";
import { encodeLine, type FromGuard } from "./guard-protocol.ts";
import { inheritedBlocks, inheritedIgnores } from "./ignored-signals.ts";
import { type InheritedListener, InheritedQueues } from "./inherited-queues.ts";
import { exitOf, failureOf } from "./launch-outcome.ts";
import { launcherArgv } from "./launcher.ts";
import { TappedOutput } from "./tapped-output.ts";
import type { GuardedTree, TreeCare } from "./tree.ts";
import type { GuardOrder, QueueOrder, WatchGuardOrder, WatchReport } from "./watch-report.ts";

/** How long the end of a command's output may take to pass through us. */
const LAST_OUTPUT_MS = 2000;

/** What the guard (or the thread, in its place) answers to a launch. */
type Verdict = Extract<FromGuard, { said: "refused" | "spawned" | "failed" }> | { readonly said: "nothing" };

/** One launch, with what keeps and watches its tree. */
interface Launched {
  readonly guard: GuardProcess;
  /** Before we are told of the start this is what would be the command's tree. */
  tree: GuardedTree;
  readonly settle: (verdict: Verdict) => void;
  /** The thread has done with the guard. */
  readonly forgotten: PromiseWithResolvers<void>;
  readonly output: TappedOutput | undefined;
  runs: boolean;
  /** We sent the guard away ourselves. */
  dismissed: boolean;
}

/**
 * Starts each command through a guard process of its own, and hears of all of them through one thread that blocks where we
 * must not.
 */
export abstract class UnixNursery implements Nursery {
  private early: GuardProcess | undefined;
  private readonly launches = new Map<number, Launched>();
  /** Guards that stay for the daemons of their generation. */
  private keepers: readonly GuardProcess[] = [];
  private readonly orders: number;
  private inherited: InheritedQueues | undefined;
  private rule: QueueRule | undefined;

  /** `start` is what the thread gets first, with the fd on which it gets its orders. */
  constructor(
    protected readonly options: NurseryOptions,
    private readonly thread: Worker,
    start: object,
  ) {
    if (options.start === "early") this.early = GuardProcess.start([]);
    const pair = openSocketPair();
    if (typeof pair === "number") fail("INTERNAL", `no socket for our thread (error ${-pair})`, "raise `ulimit -n`");
    const [ours, theirs] = pair;
    this.orders = ours;
    this.thread.onmessage = ({ data }: MessageEvent<WatchReport>) => this.hear(data);
    this.thread.postMessage({ ...start, orders: theirs });
  }

  async launch(asked: LaunchSpec): Promise<LaunchOutcome> {
    const spec = this.prepare(asked);
    const output = spec.tap && new TappedOutput(spec.tap);
    const guard = this.takeGuard(spec, output?.fds ?? []);
    output?.closeWriters();
    const verdict = Promise.withResolvers<Verdict>();
    const makeTree = this.treeMaker(guard, spec);
    const launched: Launched = {
      guard,
      tree: makeTree(-1),
      settle: verdict.resolve,
      forgotten: Promise.withResolvers(),
      output,
      runs: false,
      dismissed: false,
    };
    this.launches.set(spec.generation, launched);
    const order: GuardOrder = { generation: spec.generation, control: guard.control, pid: guard.pid };
    this.order(this.orderFor(order, spec));
    const { argv, env, ports, killAll, nofile, way } = spec;
    if (way.kind === "inherit") this.inherited ??= this.watchQueues(way);
    guard.say({
      do: "launch",
      argv: way.kind === "inherit" ? launcherArgv(spec, way, nofile) : argv,
      env,
      takeover: way.kind === "takeover",
      ignoredSignals: inheritedIgnores(),
      blockedSignals: inheritedBlocks(),
      nofile,
      ports,
      killAll,
      output: output?.writers ?? {},
    });
    return this.conclude(await verdict.promise, spec, launched, makeTree);
  }

  keepQueue(rule: QueueRule | undefined): void {
    this.rule = rule;
    this.inherited?.keepQueues(rule);
    this.order({ do: "keep", ...(rule && { rule }) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.inherited?.stop();
    await this.early?.quit();
    await Promise.all([...this.launches.keys()].map((generation) => this.dismiss(generation)));
    this.thread.onmessage = null;
    // The end of its orders is the end of its loop. It is not terminated: an exit while that is going on may lose its code.
    closeFd(this.orders);
  }

  /** The queue of a listener of ours; nothing where it does not listen. */
  protected abstract queueOf(listener: InheritedListener): { waiting: number; limit: number } | undefined;

  /** What is to be launched here in the place of what was asked for. */
  protected abstract prepare(spec: LaunchSpec): LaunchSpec;

  /** What the thread is told of a launch. */
  protected abstract orderFor(guard: GuardOrder, spec: LaunchSpec): WatchGuardOrder;

  /** Makes the tree of a launch, once by -1 while its pid is not known. */
  protected abstract treeMaker(guard: GuardProcess, spec: LaunchSpec): (pid: number) => GuardedTree;

  /** The command runs. */
  protected noteLaunched(_spec: LaunchSpec): void {}

  /** Why the guard could not ready a way of handing over, by the error number of that. */
  protected abstract refusalOf(error: number): string;

  /** What its tree is given. */
  protected careFor({ generation }: LaunchSpec): TreeCare {
    return {
      leave: () => this.order({ do: "leave", generation }),
      dismiss: () => this.dismiss(generation),
    };
  }

  /** Sends the guard of a generation away, without touching its tree. For daemons it stays as long as they do. */
  private async dismiss(generation: number): Promise<void> {
    const launched = this.launches.get(generation);
    if (!launched || launched.dismissed) return;
    launched.dismissed = true;
    const { guard, tree } = launched;
    guard.say({ do: "quit" });
    // Only then its socket may be closed: the thread must not meet another file under its number.
    await launched.forgotten.promise;
    this.launches.delete(generation);
    // A daemon that was left may keep it open.
    if (launched.output) await Promise.race([launched.output.drained, Bun.sleep(LAST_OUTPUT_MS)]);
    if (tree.leftDaemons) this.keepers = [...this.keepers, guard];
    else await guard.collect();
    this.keepers = this.keepers.filter((keeper) => !keeper.hasEnded());
  }

  /** The guards there are, but for this one. */
  protected otherGuards(guard: GuardProcess): number[] {
    const launched = [...this.launches.values()].map((each) => each.guard);
    return [this.early, ...launched, ...this.keepers].flatMap((each) => (each && each !== guard ? each.pid : []));
  }

  /** The one that was started early, unless this launch needs one that inherits something. */
  private takeGuard({ way }: LaunchSpec, output: readonly number[]): GuardProcess {
    const fds = [...(way.kind === "inherit" ? way.fds : []), ...output];
    if (fds.length > 0) return GuardProcess.start(fds);
    const guard = this.early ?? GuardProcess.start([]);
    this.early = undefined;
    return guard;
  }

  private async conclude(
    verdict: Verdict,
    spec: LaunchSpec,
    launched: Launched,
    makeTree: (pid: number) => GuardedTree,
  ): Promise<LaunchOutcome> {
    switch (verdict.said) {
      case "spawned":
        launched.tree = makeTree(verdict.pid);
        launched.runs = true;
        this.noteLaunched(spec);
        this.noteRunning();
        return { kind: "running", tree: launched.tree };
      case "refused":
        // Its thread may have the filter already, and filters are never taken off: another way needs another guard.
        await this.dismiss(spec.generation);
        return { kind: "refused", because: this.refusalOf(verdict.error) };
      case "failed":
        await this.dismiss(spec.generation);
        return failureOf(verdict.error);
      case "nothing":
        return fail("GUARD_LOST", "the guard process was killed before it could start the command", "start it again");
    }
  }

  private order(order: QueueOrder | WatchGuardOrder): void {
    writeFd(this.orders, encodeLine(order));
  }

  private watchQueues({ fds, at }: Extract<HandoffSpec, { kind: "inherit" }>): InheritedQueues {
    const queues = new InheritedQueues({
      listeners: fds.map((fd, index) => ({ fd, at: at[index]! })),
      queueOf: (listener) => this.queueOf(listener),
      tell: this.options.onEvent,
    });
    queues.keepQueues(this.rule);
    return queues;
  }

  /** How many generations run, as far as we have heard. */
  private noteRunning(): void {
    this.inherited?.noteRunning([...this.launches.values()].filter(({ runs }) => runs).length);
  }

  private hear(report: WatchReport): void {
    switch (report.from) {
      case "guard":
        return this.hearGuard(report.generation, report.message);
      case "tree":
        return this.options.onEvent(report.event);
      case "thread":
        return this.noteForgotten(this.launches.get(report.gone));
    }
  }

  private hearGuard(generation: number, message: FromGuard): void {
    const launched = this.launches.get(generation);
    switch (message.said) {
      case "exited": {
        launched?.tree.noteExit();
        if (launched) launched.runs = false;
        this.noteRunning();
        return this.options.onEvent({ kind: "exited", generation, exit: exitOf(message.status) });
      }
      case "spawned":
      case "failed":
      case "refused":
        return launched?.settle(message);
      case "listener": // the thread's business
    }
  }

  private noteForgotten(launched: Launched | undefined): void {
    launched?.forgotten.resolve();
    if (launched && !launched.dismissed) void this.loseGuard(launched);
  }

  /** One guard less is the end of all: what it kept would be kept by nobody. */
  private async loseGuard(lost: Launched): Promise<void> {
    const ends = await Promise.all([...this.launches.values()].map(({ tree }) => tree.endWithoutGuard()));
    lost.settle({ said: "nothing" });
    this.options.onEvent({ kind: "guard-lost", left: ends.flat() });
  }
}
