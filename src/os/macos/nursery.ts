import { fail } from "../../core/error.ts";
import type { LaunchOutcome, LaunchSpec, Nursery, NurseryOptions } from "../../core/os.ts";
import type { FromGuard } from "../unix/guard-protocol.ts";
import { GuardProcess } from "../unix/guard-process.ts";
import { inheritedBlocks, inheritedIgnores } from "../unix/ignored-signals.ts";
import { exitOf, failureOf } from "../unix/launch-outcome.ts";
import { launcherArgv } from "../unix/launcher.ts";
import { Lineage, markEnvironment, readAncestry } from "./lineage.ts";
import { MacTree } from "./tree.ts";
import type { WatchOrder, WatchReport } from "./watch-loop.ts";

/** What the guard answers to a launch, if it lives to answer. */
type Verdict = Extract<FromGuard, { said: "spawned" | "failed" }> | { readonly said: "nothing" };

/** Starts the command through a guard process, and hears of it through a thread that blocks where we must not. */
export class MacNursery implements Nursery {
  private guard: GuardProcess | undefined;
  private worker: Worker;
  private settle: ((verdict: Verdict) => void) | undefined;
  /** The command's tree, as far as we know it: before we are told of its start it may have been started already. */
  private tree: MacTree | undefined;

  constructor(private readonly options: NurseryOptions) {
    if (options.start === "early") this.guard = GuardProcess.start([]);
    this.worker = this.startThread();
    if (options.start === "never") this.order(undefined);
  }

  async launch(original: LaunchSpec): Promise<LaunchOutcome> {
    const { way } = original;
    if (way.kind === "takeover")
      return { kind: "refused", because: "on macOS no program can answer another one's bind()" };
    if (way.kind === "inherit") await this.dismissGuard();
    const spec = { ...original, env: markEnvironment(original.env) };
    const guard = (this.guard ??= GuardProcess.start(way.kind === "inherit" ? way.fds : []));
    const lineage = new Lineage(readAncestry(guard.pid)?.id ?? -1, spec.env);
    this.tree = new MacTree(-1, lineage, spec);
    const verdict = Promise.withResolvers<Verdict>();
    this.settle = verdict.resolve;
    this.order(guard);
    guard.say({
      do: "launch",
      argv: way.kind === "inherit" ? launcherArgv(spec, way, spec.nofile) : spec.argv,
      env: spec.env,
      takeover: false,
      ignoredSignals: inheritedIgnores(),
      blockedSignals: inheritedBlocks(),
      // Nobody tells what the limit was before the runtime raised it: without `--nofile` the command has the raised one.
      nofile: spec.nofile,
      ports: spec.ports,
      killAll: spec.killAll,
    });
    return this.conclude(await verdict.promise, (pid) => new MacTree(pid, lineage, spec));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.worker.onmessage = null;
    this.guard?.say({ do: "quit" });
    await this.guard?.collect();
  }

  private async conclude(verdict: Verdict, treeOf: (pid: number) => MacTree): Promise<LaunchOutcome> {
    switch (verdict.said) {
      case "spawned":
        this.tree = treeOf(verdict.pid);
        return { kind: "running", tree: this.tree };
      case "failed":
        await this.dismissGuard();
        return failureOf(verdict.error);
      case "nothing":
        return fail("GUARD_LOST", "the guard process was killed before it could start the command", "start it again");
    }
  }

  private startThread(): Worker {
    const worker = new Worker(new URL("./watch-worker.ts", import.meta.url).href);
    worker.onmessage = ({ data }: MessageEvent<WatchReport>) => this.hear(data);
    return worker;
  }

  private order(guard: GuardProcess | undefined): void {
    const order: WatchOrder = { control: guard?.control ?? -1, watchParent: this.options.watchParent };
    this.worker.postMessage(order);
  }

  private hear(report: WatchReport): void {
    switch (report.from) {
      case "guard":
        return this.hearGuard(report.message);
      case "starter":
        return this.options.onEvent(report.event);
      case "thread":
        void this.loseGuard();
    }
  }

  private hearGuard(message: FromGuard): void {
    switch (message.said) {
      case "exited":
        this.tree?.noteExit();
        return this.options.onEvent({ kind: "exited", exit: exitOf(message.status) });
      case "spawned":
      case "failed":
        return this.settle?.(message);
      case "listener": // takeover is refused before anybody is asked
      case "refused":
    }
  }

  private async loseGuard(): Promise<void> {
    const left = (await this.tree?.endWithoutGuard()) ?? [];
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
