import { formatEndpoint } from "../core/endpoint.ts";
import { PortguardError } from "../core/error.ts";
import type { Exit, Os, SignalName, Tree, TreeEvent, TreeProcess } from "../core/os.ts";
import { joinWords } from "../core/port-held-error.ts";
import type { HandoffWay, ReserveEvent, StopReason } from "../core/reserve-event.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import { programName } from "./program-name.ts";
import type { ReadinessWatch } from "./readiness-watch.ts";

const LEFTOVER_STEP_MS = 10;

export interface GuardOptions {
  readonly os: Os;
  readonly emit: (event: ReserveEvent) => void;
  readonly request: ReserveRequest;
  readonly way: HandoffWay;
  readonly tree: Tree;
  readonly ports: readonly number[];
  readonly readiness: ReadinessWatch;
}

/** Keeps a running command: passes signals on, ends it when it should end, and sees to it that nothing of it is left. */
export class Guard {
  private readonly end = Promise.withResolvers<Exit>();
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();
  private stopping = false;
  /** A signal told the command to end: that it did needs no word. */
  private interrupted = false;
  /** When the grace of a stop is over, on the clock of `performance.now()`. */
  private killAt: number | undefined;
  /** We are ending the command because of a fault of our own: how it ends means nothing then. */
  private failing = false;
  private readonly toldTwice = new Set<string>();
  private readonly hadTerminal: boolean;

  constructor(private readonly options: GuardOptions) {
    this.hadTerminal = options.os.terminal().controlling;
  }

  /** Answers how the command ended, once nothing of it is left. Throws GUARD_LOST, PORT_STOLEN. */
  async run(): Promise<Exit> {
    const { readiness } = this.options;
    readiness.start((error) => void this.fail(error));
    try {
      const exit = await this.end.promise;
      readiness.stop();
      await this.tidyUp();
      this.options.emit({ kind: "exit", exit, ports: this.options.ports });
      return exit;
    } finally {
      readiness.stop();
      this.clearTimers();
    }
  }

  hear(event: TreeEvent): void {
    switch (event.kind) {
      case "exited":
        return this.noteExit(event.exit);
      case "bound":
        return this.options.readiness.hint();
      case "listening":
        return event.reserved ? this.options.readiness.noteListening() : this.options.readiness.hint();
      case "let-go":
        return this.options.readiness.noteLetGo();
      case "bound-twice":
        return this.warnTwice(event);
      case "bind-refused":
        return this.warnRefused(event);
      case "handoff-fault":
        return this.warn("HANDOFF_FAULT", event.what, "if the command does not get its port, try `--handoff release`");
      case "guard-lost":
        if (event.left.length > 0) this.options.emit({ kind: "left-running", processes: event.left });
        return this.end.reject(
          new PortguardError(
            "GUARD_LOST",
            "the guard process was killed, so the command was ended",
            "start it again; leave portguard's own processes alone",
          ),
        );
      case "stdin-closed":
        return this.later(this.options.request.graceMs, () => this.stop("stdin-closed", "SIGTERM"));
      case "parent-gone":
        return this.stop("parent-gone", "SIGTERM");
    }
  }

  hearSignal(signal: SignalName): void {
    const { os, tree } = this.options;
    switch (signal) {
      case "SIGTERM":
        return this.stop("signal", signal);
      case "SIGINT":
      case "SIGQUIT":
        this.interrupted = true;
        // In the foreground of a terminal the command has had it already: twice would mean "at once" to many servers.
        return os.terminal().foreground ? undefined : tree.signal(signal);
      case "SIGHUP":
        return this.hadTerminal && !os.terminal().controlling
          ? this.stop("terminal-gone", signal)
          : tree.signal(signal);
      default:
        return tree.signal(signal);
    }
  }

  /** Asks the command to end, and kills it when its grace is over. */
  private stop(because: StopReason, signal: SignalName): void {
    if (this.stopping) return;
    this.stopping = true;
    this.options.emit({ kind: "stopping", because });
    this.options.tree.signal(signal);
    const { graceMs } = this.options.request;
    this.killAt = performance.now() + graceMs;
    this.later(graceMs, () => this.killCommand());
  }

  private killCommand(): void {
    const { request, tree } = this.options;
    const what = `${programName(request.command)} did not end within ${request.graceMs / 1000} s: killed`;
    this.warn("KILLED_AFTER_GRACE", what, "`--grace` gives it longer to end");
    void tree.end();
  }

  private noteExit(exit: Exit): void {
    if (this.failing) return;
    // A command that finds its port taken ends at once, before the next look for thieves.
    const theft = this.stopping ? undefined : this.options.readiness.findTheft();
    if (theft) return void this.fail(theft);
    const { wasReady, hasListened } = this.options.readiness;
    if (!this.stopping && !this.interrupted && !wasReady && !hasListened) {
      const how = exit.kind === "code" ? `with ${exit.code}` : `by ${exit.signal}`;
      const what = `${programName(this.options.request.command)} ended ${how} before it served on ${this.options.ports.join(", ")}`;
      this.warn("NOT_BOUND", what, "its own output says why");
    }
    this.end.resolve(exit);
  }

  private async fail(error: PortguardError): Promise<void> {
    this.stopping = true;
    this.failing = true;
    this.options.emit({ kind: "stopping", because: "port-stolen" });
    await this.options.tree.end();
    this.end.reject(error);
  }

  /** What the command left behind gets the same: SIGTERM, what is left of the grace, SIGKILL. */
  private async tidyUp(): Promise<void> {
    this.clearTimers();
    const { tree, request, emit } = this.options;
    let left = tree.doomed();
    if (left.length > 0) tree.signalAll("SIGTERM");
    const deadline = this.killAt ?? performance.now() + request.graceMs;
    while (left.length > 0 && performance.now() < deadline) {
      await Bun.sleep(LEFTOVER_STEP_MS);
      left = tree.doomed();
    }
    const daemons = await tree.end();
    if (left.length > 0)
      this.warn(
        "KILLED_LEFTOVERS",
        `killed what the command had left: ${listProcesses(left)}`,
        "`--grace` gives them longer to end",
      );
    if (daemons.length > 0) emit({ kind: "left-running", processes: daemons });
  }

  private warnTwice({ at, pid, first }: Extract<TreeEvent, { kind: "bound-twice" }>): void {
    const what = `process ${pid} asked for ${formatEndpoint(at)} while process ${first.pid} serves on ${formatEndpoint(first.at)}`;
    const key = `${pid} ${first.pid} ${at.port}`;
    if (this.toldTwice.has(key)) return;
    this.toldTwice.add(key);
    this.warn("BOUND_TWICE", what, "two servers of one program want the same port: give one of them another");
  }

  private warnRefused({ at, pid, v6Only }: Extract<TreeEvent, { kind: "bind-refused" }>): void {
    const kind = at.address.family === 4 ? "IPv4" : v6Only ? "IPv6 only" : "IPv6";
    const places = joinWords(this.options.request.bind.map(({ text }) => text));
    const what = `process ${pid} asked for ${formatEndpoint(at)} with a socket for ${kind}, which can't be bound to ${places}: refused`;
    const other = at.address.family === 4 ? "127.0.0.1" : "::1";
    this.warn("BIND_REFUSED", what, `\`--bind ${other}\` beside it would give that socket a place`);
  }

  private warn(code: Extract<ReserveEvent, { kind: "warning" }>["code"], what: string, hint: string): void {
    this.options.emit({ kind: "warning", code, what, hint });
  }

  private clearTimers(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private later(ms: number, act: () => void): void {
    this.timers.add(setTimeout(act, ms));
  }
}

function listProcesses(processes: readonly TreeProcess[]): string {
  return processes.map(({ name, pid }) => `${name} (pid ${pid})`).join(", ");
}
