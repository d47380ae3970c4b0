import type { QueueRule } from "../../core/os.ts";
import type { Overrule } from "../../core/overrule.ts";
import { POLLERR, POLLHUP, POLLIN } from "../unix/constants.ts";
import { closeFd, pollFds, readFd, writeFd } from "../unix/files.ts";
import { encodeLine, type FromGuard, LineReader } from "../unix/guard-protocol.ts";
import type { GuardOrder, QueueOrder, WatchGuardOrder, WatchReport } from "../unix/watch-report.ts";
import { HeldSet, type HeldSetData } from "./held-set.ts";
import { POLLRDHUP, type Starter } from "./starter.ts";
import { openPidfd, takeFd } from "./syscalls.ts";
import { Broker } from "./takeover/broker.ts";
import { probeHandOver } from "./takeover/probe.ts";
import { findOpenLeases } from "./takeover/open-leases.ts";
import { rehearse } from "./takeover/rehearse.ts";

/** How often members in use are checked for having been let go. */
const RECLAIM_MS = 1000;

/** What the thread is started with. The fds are this process's own. */
export interface WatchStart {
  /** On it come `WatchOrder`s, one JSON line each; its end is the end of the thread. */
  readonly orders: number;
  readonly starter: Starter;
}

/** By takeover the thread answers the calls of the guard's tree, too. */
export interface WatchTreeOrder extends WatchGuardOrder {
  readonly takeover?: TakeoverOrder;
}

/** What the thread is told later: it blocks, so that no message reaches it in any other way. */
type WatchOrder = QueueOrder | WatchTreeOrder;

interface TakeoverOrder {
  /** The thread owns them from the guard's `listener` on; all generations share them, so those of the first count. */
  readonly sets: readonly HeldSetData[];
  readonly overrule: Overrule;
  readonly backlog?: number;
}

interface WatchedGuard extends GuardOrder {
  readonly lines: LineReader<FromGuard>;
  readonly takeover: TakeoverOrder | undefined;
  /** Where the calls of its tree are announced; -1 before that and when nothing can be announced any more. */
  listener: number;
}

/** Blocks in poll() on all that can happen, and answers the calls of every generation, until it is told to end. */
export class WatchLoop {
  private readonly orders = new LineReader<WatchOrder>();
  private guards: WatchedGuard[] = [];
  private broker: Broker | undefined;
  private rule: QueueRule | undefined;
  /** When the members in use are to be looked after next, on the clock of `performance.now()`. */
  private reclaimAt = 0;
  private stdin: number;
  private parent: number;

  constructor(
    private readonly start: WatchStart,
    private readonly report: (report: WatchReport) => void,
  ) {
    this.stdin = start.starter.stdin;
    this.parent = start.starter.parent;
  }

  run(): void {
    for (;;) {
      const { guards } = this;
      const fds = [
        { fd: this.start.orders, events: POLLIN },
        { fd: this.stdin, events: POLLRDHUP },
        { fd: this.parent, events: POLLIN },
        ...guards.flatMap(({ control, listener }) => [control, listener].map((fd) => ({ fd, events: POLLIN }))),
      ];
      const listeners = this.broker?.listeners ?? [];
      const polled = [...fds, ...listeners.map((fd) => ({ fd, events: 0 }))];
      const [orders, stdin, parent, ...ready] = pollFds(polled, this.waitMs());
      const shut = ready.slice(2 * guards.length);
      for (const [index, fd] of listeners.entries()) if ((shut[index] ?? 0) & POLLHUP) this.broker?.noteShutDown(fd);
      for (const [index, guard] of guards.entries())
        this.attend(guard, ready[2 * index] ?? 0, ready[2 * index + 1] ?? 0);
      if (orders !== 0 && !this.hearOrders()) return;
      if (stdin !== 0) this.loseStdin();
      if (parent !== 0) this.loseParent();
      if (this.broker) this.lookAfter(this.broker);
    }
  }

  /** Until something is due by the clock; -1: nothing is. */
  private waitMs(): number {
    const due = [this.broker?.hasLeases ? this.reclaimAt : undefined, this.broker?.queuesDueAt];
    const next = Math.min(...due.filter((at) => at !== undefined));
    return next === Number.POSITIVE_INFINITY ? -1 : Math.ceil(Math.max(0, next - performance.now()));
  }

  private attend(guard: WatchedGuard, control: number, listener: number): void {
    if (listener & POLLIN) this.broker?.handleNext(guard.listener, guard.generation);
    // All filtered processes are gone: nothing can be announced any more.
    else if (listener & (POLLHUP | POLLERR)) this.closeListener(guard);
    if (control !== 0 && !this.hearGuard(guard)) this.loseGuard(guard);
  }

  private lookAfter(broker: Broker): void {
    const now = performance.now();
    if (broker.hasLeases && now >= this.reclaimAt) {
      broker.reclaim();
      this.reclaimAt = now + RECLAIM_MS;
    }
    if (now >= (broker.queuesDueAt ?? Number.POSITIVE_INFINITY)) broker.lookAtQueues();
  }

  private hearOrders(): boolean {
    const bytes = new Uint8Array(64 * 1024);
    const length = readFd(this.start.orders, bytes);
    if (length <= 0) return false;
    for (const order of this.orders.push(bytes.subarray(0, length))) this.obey(order);
    return true;
  }

  private obey(order: WatchOrder): void {
    switch (order.do) {
      case "watch": {
        const { guard, takeover } = order;
        this.guards = [...this.guards, { ...guard, takeover, listener: -1, lines: new LineReader<FromGuard>() }];
        return;
      }
      case "keep":
        this.rule = order.rule;
        return this.broker?.keepQueues(order.rule);
      case "leave":
        return this.broker?.leave(order.generation);
    }
  }

  private hearGuard(guard: WatchedGuard): boolean {
    const bytes = new Uint8Array(64 * 1024);
    const length = readFd(guard.control, bytes);
    if (length <= 0) return false;
    for (const message of guard.lines.push(bytes.subarray(0, length))) {
      if (message.said === "exited") this.broker?.leave(guard.generation);
      if (message.said === "listener") this.takeListener(guard, message.fd);
      else this.report({ from: "guard", generation: guard.generation, message });
    }
    return true;
  }

  /** It has ended, or stays for daemons: those it answers itself from now on. */
  private loseGuard(guard: WatchedGuard): void {
    this.closeListener(guard);
    this.guards = this.guards.filter((each) => each !== guard);
    this.report({ from: "thread", gone: guard.generation });
    // Nothing else would, as long as hardly anything happens: what a generation took is given back.
    Bun.gc(true);
  }

  private takeListener(guard: WatchedGuard, theirs: number): void {
    const pidfd = openPidfd(guard.pid);
    const listener = pidfd < 0 ? pidfd : takeFd(pidfd, theirs);
    if (pidfd >= 0) closeFd(pidfd);
    const refused = listener < 0 ? listener : probeHandOver(listener, guard.pid);
    if (refused < 0) {
      if (listener >= 0) closeFd(listener);
      const message = { said: "refused", error: -refused } as const;
      return this.report({ from: "guard", generation: guard.generation, message });
    }
    guard.listener = listener;
    this.broker ??= new Broker({
      sets: (guard.takeover?.sets ?? []).map((data) => new HeldSet(data)),
      overrule: guard.takeover?.overrule ?? { bind: [], as: [] },
      backlog: guard.takeover?.backlog,
      emit: (event) => this.report({ from: "tree", event }),
      openInTree: (generation, leases) => findOpenLeases(this.pidOfGuard(generation), leases),
    });
    this.broker.keepQueues(this.rule);
    writeFd(guard.control, encodeLine({ do: "proceed" }));
    rehearse(listener);
  }

  /** -1, and so without descendants, once it is gone. */
  private pidOfGuard(generation: number): number {
    return this.guards.find((guard) => guard.generation === generation)?.pid ?? -1;
  }

  private closeListener(guard: WatchedGuard): void {
    if (guard.listener >= 0) closeFd(guard.listener);
    guard.listener = -1;
  }

  private loseStdin(): void {
    this.stdin = -1;
    this.report({ from: "tree", event: { kind: "stdin-closed" } });
  }

  private loseParent(): void {
    closeFd(this.parent);
    this.parent = -1;
    this.report({ from: "tree", event: { kind: "parent-gone" } });
  }
}
