import { fail } from "../../core/error.ts";
import { closeFd, openSocketPair, setCloseOnExec, writeFd } from "./files.ts";
import { groupSignalNumbers } from "./signals.ts";
import { reapChild, spawnProcess } from "./spawn.ts";
import { encodeLine, type ToGuard } from "./guard-protocol.ts";
import { passInheritedFds, strayFds } from "./inherited-fds.ts";
import { isFolderGone } from "./paths.ts";
import { selfCommand } from "./self.ts";

const LAST_WAIT_MS = 1000;

/** The guard as its parent sees it: a pid, and a socket that ends when either of us does. */
export class GuardProcess {
  private constructor(
    readonly pid: number,
    readonly control: number,
  ) {}

  /** Starts a guard, which inherits `fds` under their own numbers. Throws INTERNAL, COMMAND_NOT_RUNNABLE. */
  static start(fds: readonly number[]): GuardProcess {
    // The runtime refuses to start there.
    if (isFolderGone())
      fail("COMMAND_NOT_RUNNABLE", "the folder that it runs in was deleted", "start it anew elsewhere");
    const pair = openSocketPair();
    if (typeof pair === "number")
      return fail("INTERNAL", `no socket for the guard (error ${-pair})`, "raise `ulimit -n`");
    const [ours, theirs] = pair;
    passInheritedFds();
    for (const fd of [theirs, ...fds]) setCloseOnExec(fd, false);
    const self = selfCommand("__guard", String(theirs));
    // Blocked rather than ignored: what it starts must not inherit an ignored signal.
    const signals = { defaultSignals: [], blockedSignals: groupSignalNumbers() };
    const pid = spawnProcess({ ...self, env: environment(), ...signals, closed: strayFds([theirs, ...fds]) });
    for (const fd of fds) setCloseOnExec(fd);
    closeFd(theirs);
    if (pid < 0) {
      closeFd(ours);
      fail("INTERNAL", `the guard can't be started (error ${-pid})`, "is the portguard executable readable?");
    }
    return new GuardProcess(pid, ours);
  }

  say(message: ToGuard): void {
    writeFd(this.control, encodeLine(message));
  }

  /** Sends it away before it was given anything to do. */
  async quit(): Promise<void> {
    this.say({ do: "quit" });
    await this.collect();
  }

  /** Whether it has ended; nothing of it is left then. Asked of a guard that stayed when it was sent away. */
  hasEnded(): boolean {
    if (!reapChild(this.pid)) return false;
    closeFd(this.control);
    return true;
  }

  /** Collects the guard once its end was seen, so that nothing of it is left. */
  async collect(): Promise<void> {
    const deadline = performance.now() + LAST_WAIT_MS;
    while (!reapChild(this.pid) && performance.now() < deadline) await Bun.sleep(1);
    closeFd(this.control);
  }
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
