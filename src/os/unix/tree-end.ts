const KILL_PAUSE_MS = 2;
/** A process that the kernel does not let die in this time is stuck in a device; waiting longer helps nobody. */
const KILL_LIMIT_MS = 10_000;
/** How long what looks like a daemon may still turn out to be the server, and how often that is looked at. */
const LATE_MS = 5000;
const LATE_PAUSE_MS = 20;

export interface TreeVerdict<Process> {
  /** The processes that must end now. */
  readonly doomed: readonly Process[];
  /** The daemons that may stay. */
  readonly spared: readonly Process[];
  /** Whether any of the tree has a socket on one of the ports. */
  readonly serves: boolean;
}

export interface TreeEndOptions<Process> {
  readonly judge: () => TreeVerdict<Process>;
  readonly kill: (process: Process) => void;
  /** Nobody stops what left the session before it served from binding the port later: wait for that. */
  readonly awaitsServer: boolean;
}

/** Ends a tree step by step, for those who each wait in their own way between the steps. */
export class TreeEnd<Process extends { readonly pid: number }> {
  /** The daemons that were left, once it is over. */
  spared: readonly Process[] = [];
  private readonly startedAt = performance.now();
  private served = false;
  private readonly killed = new Set<number>();

  constructor(private readonly options: TreeEndOptions<Process>) {}

  /**
   * Kills all that must end now; what forks meanwhile is found the next time. Answers after how many milliseconds the
   * next step is due, or nothing when it is over.
   */
  step(): number | undefined {
    const { judge, kill, awaitsServer } = this.options;
    const { doomed, spared, serves } = judge();
    for (const each of doomed) {
      kill(each);
      this.killed.add(each.pid);
    }
    // A dying process loses its sockets a moment before it is gone: what was killed for them does not stay.
    const dying = spared.filter(({ pid }) => this.killed.has(pid));
    this.spared = spared.filter((each) => !dying.includes(each));
    this.served ||= serves;
    const age = performance.now() - this.startedAt;
    if (doomed.length + dying.length > 0) return age < KILL_LIMIT_MS ? KILL_PAUSE_MS : undefined;
    return awaitsServer && !this.served && this.spared.length > 0 && age < LATE_MS ? LATE_PAUSE_MS : undefined;
  }
}
