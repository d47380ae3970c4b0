import { fstatSync } from "node:fs";
import { POLLHUP, POLLIN } from "../unix/constants.ts";
import { closeFd, pollFds, readFd } from "../unix/files.ts";
import { type FromGuard, LineReader } from "../unix/guard-protocol.ts";
import type { GuardOrder, QueueOrder, WatchGuardOrder, WatchReport } from "../unix/watch-report.ts";
import { openExitFd } from "./exit-fd.ts";

/** poll() of macOS forgets a hang-up that it was asked for once data had come first: it is asked anew this often. */
const STDIN_MS = 250;

/** What the thread is started with. */
export interface WatchStart {
  /** On it come `WatchOrder`s, one JSON line each; its end is the end of the thread. */
  readonly orders: number;
  readonly watchParent: boolean;
}

/** Queues are looked after where their sockets are. */
type WatchOrder = QueueOrder | WatchGuardOrder;

interface WatchedGuard extends GuardOrder {
  readonly lines: LineReader<FromGuard>;
}

/** Blocks in poll() on all that can happen, until it is told to end. */
export class WatchLoop {
  private readonly orders = new LineReader<WatchOrder>();
  private guards: readonly WatchedGuard[] = [];
  private watchesStdin: boolean;
  private parent: number;

  constructor(
    private readonly start: WatchStart,
    private readonly report: (report: WatchReport) => void,
  ) {
    this.watchesStdin = start.watchParent && hasOtherEnd(0);
    this.parent = this.watchesStdin ? openExitFd(process.ppid) : -1;
  }

  run(): void {
    for (;;) {
      const { guards } = this;
      const fds = [this.start.orders, this.parent, ...guards.map(({ control }) => control)];
      const [orders, parent, ...controls] = pollFds(
        fds.map((fd) => ({ fd, events: POLLIN })),
        this.watchesStdin ? STDIN_MS : -1,
      );
      for (const [index, guard] of guards.entries()) if (controls[index] !== 0) this.hearGuard(guard);
      if (orders !== 0 && !this.hearOrders()) return;
      if (parent !== 0) this.loseParent();
      if (this.watchesStdin && hasHungUp(0)) this.loseStdin();
    }
  }

  private hearOrders(): boolean {
    const bytes = new Uint8Array(64 * 1024);
    const length = readFd(this.start.orders, bytes);
    if (length <= 0) return false;
    for (const order of this.orders.push(bytes.subarray(0, length))) {
      if (order.do !== "watch") continue;
      this.guards = [...this.guards, { ...order.guard, lines: new LineReader<FromGuard>() }];
    }
    return true;
  }

  private hearGuard(guard: WatchedGuard): void {
    const { generation, control, lines } = guard;
    const bytes = new Uint8Array(64 * 1024);
    const length = readFd(control, bytes);
    if (length <= 0) {
      this.guards = this.guards.filter((each) => each !== guard);
      return this.report({ from: "thread", gone: generation });
    }
    for (const message of lines.push(bytes.subarray(0, length))) this.report({ from: "guard", generation, message });
  }

  private loseStdin(): void {
    this.watchesStdin = false;
    this.report({ from: "tree", event: { kind: "stdin-closed" } });
  }

  private loseParent(): void {
    closeFd(this.parent);
    this.parent = -1;
    this.report({ from: "tree", event: { kind: "parent-gone" } });
  }
}

/** Whether an fd is a pipe or a socket whose other end is still there: somebody started us with it and may go away. */
function hasOtherEnd(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return (stat.isFIFO() || stat.isSocket()) && !hasHungUp(fd);
  } catch {
    return false;
  }
}

function hasHungUp(fd: number): boolean {
  const [events = 0] = pollFds([{ fd, events: POLLHUP }], 0);
  return (events & POLLHUP) !== 0;
}
