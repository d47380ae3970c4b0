import { fail } from "../../core/error.ts";
import type { HandoffSpec, LaunchOutcome, LaunchSpec, Nursery, NurseryOptions } from "../../core/os.ts";
import { EACCES, EBUSY, EINVAL, ENOSYS, EPERM } from "../unix/constants.ts";
import { exitOf, failureOf } from "../unix/launch-outcome.ts";
import type { FromGuard } from "../unix/guard-protocol.ts";
import { GuardProcess } from "../unix/guard-process.ts";
import type { LinuxHold } from "./hold.ts";
import { launcherArgv } from "../unix/launcher.ts";
import { originalSoftNofile } from "./nofile.ts";
import { inheritedBlocks, inheritedIgnores } from "../unix/ignored-signals.ts";
import { findStarter, NO_STARTER, type Starter } from "./starter.ts";
import { becomeSubreaper } from "./syscalls.ts";
import { LinuxTree } from "./tree.ts";
import { listOwnChildren } from "./tree-scan.ts";
import type { WatchOrder, WatchReport } from "./watch-loop.ts";

/** What the guard (or the thread, in its place) answers to a launch. */
type Verdict = Extract<FromGuard, { said: "refused" | "spawned" | "failed" }> | { readonly said: "nothing" };

/** Starts the command through a guard process, and hears of it through a thread that blocks where we must not. */
export class LinuxNursery implements Nursery {
  private guard: GuardProcess | undefined;
  private worker: Worker;
  private settle: ((verdict: Verdict) => void) | undefined;
  private tree: LinuxTree | undefined;
  /** What would be the command's tree if it was started but we were not told. */
  private unborn: LinuxTree | undefined;
  private readonly foreign = listOwnChildren();
  private readonly starter: Starter;

  constructor(private readonly options: NurseryOptions) {
    becomeSubreaper();
    if (options.start === "early") this.guard = GuardProcess.start([]);
    this.starter = options.watchParent ? findStarter() : NO_STARTER;
    this.worker = this.startThread();
    if (options.start === "never") this.order(undefined, undefined);
  }

  async launch(spec: LaunchSpec): Promise<LaunchOutcome> {
    if (spec.way.kind === "inherit") await this.dismissGuard();
    const fds = spec.way.kind === "inherit" ? spec.way.fds : [];
    const guard = (this.guard ??= GuardProcess.start(fds));
    const nofile = spec.nofile ?? originalSoftNofile();
    const verdict = Promise.withResolvers<Verdict>();
    this.settle = verdict.resolve;
    this.order(spec.way, guard);
    this.unborn = this.treeOf(-1, guard, spec);
    guard.say({
      do: "launch",
      argv: spec.way.kind === "inherit" ? launcherArgv(spec, spec.way, nofile) : spec.argv,
      env: spec.env,
      takeover: spec.way.kind === "takeover",
      ignoredSignals: inheritedIgnores(),
      blockedSignals: inheritedBlocks(),
      nofile,
      ports: spec.ports,
      killAll: spec.killAll,
    });
    return this.conclude(await verdict.promise, spec, guard);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.worker.onmessage = null;
    this.guard?.say({ do: "quit" });
    // For daemons the guard stays as long as they do.
    if (!this.tree?.leftDaemons) await this.guard?.collect();
  }

  private async conclude(verdict: Verdict, spec: LaunchSpec, guard: GuardProcess): Promise<LaunchOutcome> {
    switch (verdict.said) {
      case "spawned":
        this.tree = this.treeOf(verdict.pid, guard, spec);
        // The thread opens and closes these sockets from now on: their numbers mean nothing here any more.
        if (spec.way.kind === "takeover") for (const hold of spec.way.holds) (hold as LinuxHold).surrender();
        return { kind: "running", tree: this.tree };
      case "refused":
        // Its thread may have the filter already, and filters are never taken off: another way needs another guard.
        await this.dismissGuard();
        return { kind: "refused", because: refusalOf(verdict.error) };
      case "failed":
        await this.dismissGuard();
        return failureOf(verdict.error);
      case "nothing":
        return fail("GUARD_LOST", "the guard process was killed before it could start the command", "start it again");
    }
  }

  private treeOf(pid: number, guard: GuardProcess, spec: LaunchSpec): LinuxTree {
    return new LinuxTree(pid, { guardPid: guard.pid, foreign: this.foreign }, spec);
  }

  private startThread(): Worker {
    const worker = new Worker(new URL("./broker-worker.ts", import.meta.url).href);
    worker.onmessage = ({ data }: MessageEvent<WatchReport>) => this.hear(data);
    return worker;
  }

  private order(way: HandoffSpec | undefined, guard: GuardProcess | undefined): void {
    const { starter } = this;
    const isTakeover = way?.kind === "takeover";
    const order: WatchOrder = {
      control: guard?.control ?? -1,
      guardPid: guard?.pid ?? -1,
      starter,
      sets: isTakeover ? way.holds.map((hold) => (hold as LinuxHold).set.toData()) : [],
      overrule: isTakeover ? way.overrule : { bind: [], as: [] },
    };
    this.worker.postMessage(order);
  }

  private hear(report: WatchReport): void {
    switch (report.from) {
      case "guard":
        return this.hearGuard(report.message);
      case "tree":
        return this.options.onEvent(report.event);
      case "thread":
        void this.loseGuard();
    }
  }

  private hearGuard(message: FromGuard): void {
    switch (message.said) {
      case "exited": {
        this.tree?.noteExit();
        return this.options.onEvent({ kind: "exited", exit: exitOf(message.status) });
      }
      case "spawned":
      case "failed":
      case "refused":
        return this.settle?.(message);
      case "listener": // the thread's business
    }
  }

  private async loseGuard(): Promise<void> {
    const left = (await (this.tree ?? this.unborn)?.endWithoutGuard()) ?? [];
    this.settle?.({ said: "nothing" });
    this.options.onEvent({ kind: "guard-lost", left });
  }

  /** Sends the guard away, and the thread that hears it; both come anew with the next launch. */
  private async dismissGuard(): Promise<void> {
    const guard = this.guard;
    if (!guard) return;
    this.guard = undefined;
    this.worker.onmessage = null;
    guard.say({ do: "quit" });
    await guard.collect();
    // Its loop has ended with the guard. It is not terminated: an exit while that is going on may lose its code.
    this.worker.unref();
    this.worker = this.startThread();
  }
}

function refusalOf(error: number): string {
  switch (error) {
    case EBUSY:
      return "another seccomp listener is in force here (a portguard above this one, WSL's init, a sandbox)";
    case ENOSYS:
    case EINVAL:
      return "this kernel has no seccomp user notification (Linux 5.9 and later)";
    case EACCES:
    case EPERM:
      return "this system does not let us look into the command (a sandbox, or a ptrace rule)";
    default:
      return `the seccomp filter was refused (error ${error})`;
  }
}
