import { PortguardError } from "../core/error.ts";
import type { Exit, Os, SignalName, TreeEvent } from "../core/os.ts";
import type { ReserveEvent, RestartCause, RestartOutcome, StopReason } from "../core/reserve-event.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import type { Item } from "./inbox.ts";
import type { Succession } from "./succession.ts";

export interface GuardOptions {
  readonly os: Os;
  readonly emit: (event: ReserveEvent) => void;
  readonly request: ReserveRequest;
  readonly ports: readonly number[];
  readonly succession: Succession;
}

/** Keeps a running command: passes signals on, ends it when it should end, and sees to it that nothing of it is left. */
export class Guard {
  private readonly lost = Promise.withResolvers<never>();
  private parentTimer: ReturnType<typeof setTimeout> | undefined;
  private stopping = false;
  private readonly hadTerminal: boolean;

  constructor(private readonly options: GuardOptions) {
    this.hadTerminal = options.os.terminal().controlling;
  }

  /** Answers how the command ended, once nothing of it is left. Throws GUARD_LOST, PORT_STOLEN. */
  async run(): Promise<Exit> {
    const { succession, emit, ports } = this.options;
    try {
      // Of a command whose guard was lost nobody tells us the end: also while it is cleared away.
      const exit = await Promise.race([this.end(), this.lost.promise]);
      emit({ kind: "exit", exit, ports });
      return exit;
    } catch (error) {
      // A fault of our own: how the command ends means nothing then.
      if (error instanceof PortguardError && error.code === "PORT_STOLEN") this.tellStop("port-stolen");
      await succession.kill();
      throw error;
    } finally {
      clearTimeout(this.parentTimer);
    }
  }

  private async end(): Promise<Exit> {
    const { succession } = this.options;
    const exit = await succession.ended;
    await succession.clearAway();
    return exit;
  }

  /** The one door for all that happens and all that is wanted. */
  take(item: Item): void {
    if ("event" in item) return this.hear(item.event);
    if ("signal" in item) return this.hearSignal(item.signal);
    void this.restart(item.restart).then(item.done);
  }

  private restart(because: RestartCause): Promise<RestartOutcome> {
    return this.options.succession.restart(because);
  }

  private hear(event: TreeEvent): void {
    switch (event.kind) {
      case "handoff-fault":
        return this.warnOfFault(event.what);
      case "queue-expired":
      case "listener-repaired":
        return this.options.emit(event);
      case "guard-lost":
        if (event.left.length > 0) this.options.emit({ kind: "left-running", processes: event.left });
        return this.lost.reject(
          new PortguardError(
            "GUARD_LOST",
            "the guard process was killed, so the command was ended",
            "start it again; leave portguard's own processes alone",
          ),
        );
      case "stdin-closed":
        this.parentTimer = setTimeout(() => this.stop("stdin-closed", "SIGTERM"), this.options.request.graceMs);
        return;
      case "parent-gone":
        return this.stop("parent-gone", "SIGTERM");
      default:
        return this.options.succession.hear(event);
    }
  }

  private hearSignal(signal: SignalName): void {
    const { os, succession } = this.options;
    switch (signal) {
      case "SIGTERM":
        return this.stop("signal", signal);
      case "SIGINT":
      case "SIGBREAK":
      case "SIGQUIT":
        succession.noteInterrupt();
        // In the foreground of a terminal the command has had it already: twice would mean "at once" to many servers.
        return os.terminal().foreground ? undefined : succession.signal(signal);
      case "SIGHUP":
        if (this.isTerminalGone()) return this.stop("terminal-gone", signal);
        return void this.restart("signal");
      default:
        return succession.signal(signal);
    }
  }

  /** Nobody but the console gives this signal on Windows, and it does so while it still stands. */
  private isTerminalGone(): boolean {
    const { os } = this.options;
    return os.name === "windows" || (this.hadTerminal && !os.terminal().controlling);
  }

  /** Asks the command to end, and kills it when its grace is over. */
  private stop(because: StopReason, signal: SignalName): void {
    if (this.stopping) return;
    this.stopping = true;
    this.tellStop(because);
    this.options.succession.stop(signal);
  }

  private tellStop(because: StopReason): void {
    this.options.emit({ kind: "stopping", because });
  }

  private warnOfFault(what: string): void {
    const hint = "if the command does not get its port, try `--handoff release`";
    this.options.emit({ kind: "warning", code: "HANDOFF_FAULT", what, hint });
  }
}
