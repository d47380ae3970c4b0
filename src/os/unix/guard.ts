import { POLLIN } from "./constants.ts";
import { closeFd, pollFds, readFd, writeFd } from "./files.ts";
import { encodeLine, type FromGuard, LineReader, type ToGuard } from "./guard-protocol.ts";
import { strayFds } from "./inherited-fds.ts";
import { setSoftNofile } from "./nofile.ts";
import { allSignalNumbers, ignoreSignal } from "./signals.ts";
import { reapChild, spawnProcess } from "./spawn.ts";

/** How often the tree is looked at, and its orphans collected, while nothing else happens. */
const LOOK_MS = 500;

export type Launch = Extract<ToGuard, { do: "launch" }>;

/** The end of a tree, step by step (see `TreeEnd`), and then what was left of it. */
export interface Ending {
  step(): number | undefined;
  readonly spared: readonly { readonly pid: number; readonly name: string }[];
}

/**
 * The guard: portguard's second process, parent of the command. It starts the command, collects its orphans, and when
 * portguard dies without a word ends the whole tree. It runs no event loop: it blocks in poll().
 */
export abstract class Guard {
  /** Daemons that were left running, where portguard itself can't tell of them any more. */
  left: readonly string[] = [];
  protected launch: Launch | undefined;
  protected commandPid = -1;
  private readonly lines = new LineReader<ToGuard>();
  private exitFd = -1;

  constructor(protected readonly control: number) {}

  /** Runs until portguard says quit, or is gone: then the command's tree has been ended. */
  run(): void {
    for (;;) {
      const fds = [this.control, this.exitFd].map((fd) => ({ fd, events: POLLIN }));
      const [control] = pollFds(fds, this.commandPid < 0 ? -1 : LOOK_MS);
      if (control !== 0) {
        const bytes = new Uint8Array(64 * 1024);
        const length = readFd(this.control, bytes);
        if (length <= 0) return this.finish();
        for (const message of this.lines.push(bytes.subarray(0, length))) if (this.obey(message) === "quit") return;
      }
      this.reap();
      this.look();
    }
  }

  /** Stays for as long as daemons of the command need us. */
  abstract stay(): void;

  /** Readies what this launch needs, and starts the command, now or when portguard says so. */
  protected abstract begin(launch: Launch): void;

  /** An fd that is readable when this child has ended. */
  protected abstract watchExit(pid: number): number;

  /** How the tree of this launch is ended. */
  protected abstract ending(launch: Launch): Ending;

  /** Called from time to time. */
  protected look(): void {}

  protected start({ argv, env, ignoredSignals, blockedSignals, nofile, output }: Launch): void {
    for (const signal of ignoredSignals) ignoreSignal(signal);
    if (nofile !== undefined) setSoftNofile(nofile);
    const defaultSignals = allSignalNumbers().filter((signal) => !ignoredSignals.includes(signal));
    const { stdout, stderr } = output;
    const moved = [
      ...(stdout === undefined ? [] : [{ from: stdout, to: 1 }]),
      ...(stderr === undefined ? [] : [{ from: stderr, to: 2 }]),
    ];
    const pid = spawnProcess({ file: argv[0]!, argv, env, defaultSignals, blockedSignals, moved, closed: strayFds() });
    // The last one that writes is the command's: then its end is seen.
    for (const { from } of moved) closeFd(from);
    if (pid < 0) return this.say({ said: "failed", error: -pid });
    this.commandPid = pid;
    this.exitFd = this.watchExit(pid);
    this.say({ said: "spawned", pid });
  }

  protected say(message: FromGuard): void {
    // Nobody to tell means that portguard is gone: the next poll sees the end of the stream.
    writeFd(this.control, encodeLine(message));
  }

  private obey(message: ToGuard): "quit" | undefined {
    switch (message.do) {
      case "launch":
        this.launch = message;
        this.begin(message);
        return undefined;
      case "proceed":
        if (this.launch) this.start(this.launch);
        return undefined;
      case "quit":
        return "quit";
    }
  }

  private reap(): void {
    for (let dead = reapChild(-1); dead; dead = reapChild(-1)) {
      if (dead.pid !== this.commandPid) continue;
      if (this.exitFd >= 0) closeFd(this.exitFd);
      this.exitFd = -1;
      this.say({ said: "exited", status: dead.status });
    }
  }

  private finish(): void {
    if (!this.launch) return;
    const ending = this.ending(this.launch);
    for (let pause = ending.step(); pause !== undefined; pause = ending.step()) {
      pollFds([], pause);
      this.reap();
    }
    this.left = ending.spared.map(({ name, pid }) => `${name} (pid ${pid})`);
  }
}
