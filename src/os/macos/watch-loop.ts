import { fstatSync } from "node:fs";
import type { TreeEvent } from "../../core/os.ts";
import { POLLHUP, POLLIN } from "../unix/constants.ts";
import { closeFd, pollFds, readFd } from "../unix/files.ts";
import { type FromGuard, LineReader } from "../unix/guard-protocol.ts";
import { openExitFd } from "./exit-fd.ts";

/** poll() of macOS forgets a hang-up that it was asked for once data had come first: it is asked anew this often. */
const STDIN_MS = 250;

/** What the thread is started with. */
export interface WatchOrder {
  /** The guard's control socket, which the thread never closes; -1 where there is no guard. */
  readonly control: number;
  readonly watchParent: boolean;
}

/** What the thread tells: the guard's own words, what happens to the one who started us, and the end of the guard. */
export type WatchReport =
  | { readonly from: "guard"; readonly message: FromGuard }
  | { readonly from: "starter"; readonly event: TreeEvent }
  | { readonly from: "thread"; readonly what: "ended" };

/** Blocks in poll() on all that can happen, until the guard is gone. */
export class WatchLoop {
  private readonly lines = new LineReader<FromGuard>();
  private watchesStdin: boolean;
  private parent: number;

  constructor(
    private readonly order: WatchOrder,
    private readonly report: (report: WatchReport) => void,
  ) {
    this.watchesStdin = order.watchParent && hasOtherEnd(0);
    this.parent = this.watchesStdin ? openExitFd(process.ppid) : -1;
  }

  run(): void {
    for (;;) {
      const fds = [this.order.control, this.parent].map((fd) => ({ fd, events: POLLIN }));
      const [control, parent] = pollFds(fds, this.watchesStdin ? STDIN_MS : -1);
      if (control !== 0 && !this.hearGuard()) return this.report({ from: "thread", what: "ended" });
      if (parent !== 0) this.loseParent();
      if (this.watchesStdin && hasHungUp(0)) this.loseStdin();
    }
  }

  private hearGuard(): boolean {
    const bytes = new Uint8Array(64 * 1024);
    const length = readFd(this.order.control, bytes);
    if (length <= 0) return false;
    for (const message of this.lines.push(bytes.subarray(0, length))) this.report({ from: "guard", message });
    return true;
  }

  private loseStdin(): void {
    this.watchesStdin = false;
    this.report({ from: "starter", event: { kind: "stdin-closed" } });
  }

  private loseParent(): void {
    closeFd(this.parent);
    this.parent = -1;
    this.report({ from: "starter", event: { kind: "parent-gone" } });
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
