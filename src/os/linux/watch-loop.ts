import type { TreeEvent } from "../../core/os.ts";
import type { Overrule } from "../../core/overrule.ts";
import { POLLERR, POLLHUP, POLLIN } from "../unix/constants.ts";
import { closeFd, pollFds, readFd, writeFd } from "../unix/files.ts";
import { encodeLine, type FromGuard, LineReader } from "../unix/guard-protocol.ts";
import { HeldSet, type HeldSetData } from "./held-set.ts";
import { POLLRDHUP, type Starter } from "./starter.ts";
import { openPidfd, takeFd } from "./syscalls.ts";
import { Broker } from "./takeover/broker.ts";
import { probeHandOver } from "./takeover/probe.ts";
import { findOpenLeases } from "./takeover/open-leases.ts";
import { rehearse } from "./takeover/rehearse.ts";

/** How often members in use are checked for having been let go. */
const RECLAIM_MS = 1000;

/** What the thread is started with. The fds are this process's own; the thread never closes the control socket. */
export interface WatchOrder {
  /** -1 where there is no guard. */
  readonly control: number;
  readonly guardPid: number;
  readonly starter: Starter;
  /** By takeover the thread owns these from now on. */
  readonly sets: readonly HeldSetData[];
  readonly overrule: Overrule;
}

/** What the thread tells: the guard's own words, what happens to the tree, and the end of the guard. */
export type WatchReport =
  | { readonly from: "guard"; readonly message: FromGuard }
  | { readonly from: "tree"; readonly event: TreeEvent }
  | { readonly from: "thread"; readonly what: "ended" };

/** Blocks in poll() on all that can happen, and answers the command's calls, until the guard is gone. */
export class WatchLoop {
  private readonly lines = new LineReader<FromGuard>();
  private broker: Broker | undefined;
  private listener = -1;
  /** When the members in use are to be looked after next, on the clock of `performance.now()`. */
  private reclaimAt = 0;
  private stdin: number;
  private parent: number;

  constructor(
    private readonly order: WatchOrder,
    private readonly report: (report: WatchReport) => void,
  ) {
    this.stdin = order.starter.stdin;
    this.parent = order.starter.parent;
  }

  run(): void {
    for (;;) {
      const fds = [
        { fd: this.order.control, events: POLLIN },
        { fd: this.listener, events: POLLIN },
        { fd: this.stdin, events: POLLRDHUP },
        { fd: this.parent, events: POLLIN },
      ];
      const wait = this.broker?.hasLeases ? Math.max(0, this.reclaimAt - performance.now()) : -1;
      const [control = 0, listener = 0, stdin = 0, parent = 0] = pollFds(fds, Math.ceil(wait));
      if (listener & POLLIN) this.broker?.handleNext();
      // All filtered processes are gone: nothing can be announced any more.
      else if (listener & (POLLHUP | POLLERR)) this.listener = -1;
      if (control !== 0 && !this.hearGuard()) return this.report({ from: "thread", what: "ended" });
      if (stdin !== 0) this.loseStdin();
      if (parent !== 0) this.loseParent();
      if (this.broker?.hasLeases && performance.now() >= this.reclaimAt) this.reclaim(this.broker);
    }
  }

  private reclaim(broker: Broker): void {
    broker.reclaim();
    this.reclaimAt = performance.now() + RECLAIM_MS;
  }

  private hearGuard(): boolean {
    const bytes = new Uint8Array(64 * 1024);
    const length = readFd(this.order.control, bytes);
    if (length <= 0) return false;
    for (const message of this.lines.push(bytes.subarray(0, length))) {
      if (message.said === "listener") this.takeListener(message.fd);
      else this.report({ from: "guard", message });
    }
    return true;
  }

  private takeListener(theirs: number): void {
    const pidfd = openPidfd(this.order.guardPid);
    const listener = pidfd < 0 ? pidfd : takeFd(pidfd, theirs);
    if (pidfd >= 0) closeFd(pidfd);
    const refused = listener < 0 ? listener : probeHandOver(listener, this.order.guardPid);
    if (refused < 0) {
      if (listener >= 0) closeFd(listener);
      return this.report({ from: "guard", message: { said: "refused", error: -refused } });
    }
    this.listener = listener;
    this.broker = new Broker({
      listener,
      sets: this.order.sets.map((data) => new HeldSet(data)),
      overrule: this.order.overrule,
      emit: (event) => this.report({ from: "tree", event }),
      openInTree: (leases) => findOpenLeases(this.order.guardPid, leases),
    });
    writeFd(this.order.control, encodeLine({ do: "proceed" }));
    rehearse(listener);
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
