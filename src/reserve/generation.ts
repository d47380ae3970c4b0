import { formatEndpoint } from "../core/endpoint.ts";
import type { Exit, GenerationEvent, SignalName, Tree, TreeProcess } from "../core/os.ts";
import { joinWords } from "../core/port-held-error.ts";
import type { ReserveEvent } from "../core/reserve-event.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import { hintForeground } from "./foreground.ts";
import type { HeardOutput } from "./heard-output.ts";
import { programName } from "./program-name.ts";
import type { ReadinessWatch } from "./readiness-watch.ts";

const LEFTOVER_STEP_MS = 10;

export interface GenerationOptions {
  readonly number: number;
  readonly tree: Tree;
  readonly request: ReserveRequest;
  readonly ports: readonly number[];
  readonly emit: (event: ReserveEvent) => void;
  readonly readiness: ReadinessWatch;
  readonly output: HeardOutput;
}

/** How the start of a generation went. `late`: it has not come that far in time, and may still. */
export type StartOutcome = { readonly kind: "ready" } | StartFailure;

export type StartFailure =
  | { readonly kind: "late" }
  | { readonly kind: "ended"; readonly exit: Exit }
  /** It wants an address that overlaps with one that another generation has. */
  | { readonly kind: "shut-out"; readonly what: string };

/** One run of the command, from its start until nothing of it is left. */
export class Generation {
  readonly number: number;
  readonly tree: Tree;
  readonly readiness: ReadinessWatch;
  private readonly settled = Promise.withResolvers<StartOutcome>();
  private readonly over = Promise.withResolvers<Exit>();
  private readonly stolen = Promise.withResolvers<never>();
  /** How the command itself ended; nothing while it runs. */
  exit: Exit | undefined;
  private endedAt: number | undefined;
  private readyAt: number | undefined;
  /** When its grace is over, on the clock of `performance.now()`; nothing: nobody asked it to end. */
  private killAt: number | undefined;
  private killTimer: ReturnType<typeof setTimeout> | undefined;
  private cleared: Promise<void> | undefined;
  private readonly toldTwice = new Set<string>();

  constructor(private readonly options: GenerationOptions) {
    this.number = options.number;
    this.tree = options.tree;
    this.readiness = options.readiness;
    // Who doesn't wait for it has no use for it.
    this.stolen.promise.catch(() => undefined);
  }

  /** How the start went, once that is known. A later answer of another kind is not told. */
  get outcome(): Promise<StartOutcome> {
    return this.settled.promise;
  }

  /** How the command itself ended. */
  get ended(): Promise<Exit> {
    return this.over.promise;
  }

  /** Rejects with PORT_STOLEN when somebody else got a port that was let go for it. */
  get theft(): Promise<never> {
    return this.stolen.promise;
  }

  /** The end of its stderr; nothing where that did not pass through us. */
  get lastLines(): readonly string[] {
    return this.options.output.lastLines;
  }

  /** Every live process of it. */
  get pids(): readonly number[] {
    return this.tree.members().map(({ pid }) => pid);
  }

  get hasEnded(): boolean {
    return this.exit !== undefined;
  }

  /** Its end is what we wanted. */
  get wasAskedToEnd(): boolean {
    return this.killAt !== undefined;
  }

  /** How long it served, in milliseconds; nothing where it was never ready. */
  get servedMs(): number | undefined {
    return this.readyAt === undefined ? undefined : (this.endedAt ?? performance.now()) - this.readyAt;
  }

  /** Watches the start. */
  watch(): void {
    this.readiness.start({
      ready: () => {
        this.readyAt = performance.now();
        this.settled.resolve({ kind: "ready" });
      },
      late: () => this.settled.resolve({ kind: "late" }),
      theft: (error) => this.stolen.reject(error),
    });
  }

  hear(event: GenerationEvent): void {
    switch (event.kind) {
      case "exited":
        return this.noteExit(event.exit);
      case "bound":
        return this.readiness.hint();
      case "listening":
        return event.reserved ? this.readiness.noteListening() : this.readiness.hint();
      case "let-go":
        return this.readiness.noteLetGo();
      case "bound-twice":
        return this.noteTwice(event);
      case "bind-refused":
        return this.warnRefused(event);
    }
  }

  private noteExit(exit: Exit): void {
    this.exit = exit;
    this.endedAt = performance.now();
    // A command that finds its port taken ends at once, before the next look for thieves.
    const theft = this.killAt === undefined ? this.readiness.findTheft() : undefined;
    this.readiness.stop();
    if (theft) return this.stolen.reject(theft);
    this.settled.resolve({ kind: "ended", exit });
    this.over.resolve(exit);
  }

  private noteTwice({ at, pid, first, generation }: Extract<GenerationEvent, { kind: "bound-twice" }>): void {
    const what = `process ${pid} asked for ${formatEndpoint(at)} while process ${first.pid} serves on ${formatEndpoint(first.at)}`;
    if (first.generation !== generation) return this.settled.resolve({ kind: "shut-out", what });
    const key = `${pid} ${first.pid} ${at.port}`;
    if (this.toldTwice.has(key)) return;
    this.toldTwice.add(key);
    this.warn("BOUND_TWICE", what, "two servers of one program want the same port: give one of them another");
  }

  private warnRefused({ at, pid, v6Only }: Extract<GenerationEvent, { kind: "bind-refused" }>): void {
    const kind = at.address.family === 4 ? "IPv4" : v6Only ? "IPv6 only" : "IPv6";
    const places = joinWords(this.options.request.bind.map(({ text }) => text));
    const what = `process ${pid} asked for ${formatEndpoint(at)} with a socket for ${kind}, which can't be bound to ${places}: refused`;
    const other = at.address.family === 4 ? "127.0.0.1" : "::1";
    this.warn("BIND_REFUSED", what, `\`--bind ${other}\` beside it would give that socket a place`);
  }

  signal(signal: SignalName): void {
    this.tree.signal(signal);
  }

  /** Asks the command to end, and kills it when its grace is over. Asked once, the first signal counts. */
  askToEnd(signal: SignalName): void {
    if (this.killAt !== undefined) return;
    const { request } = this.options;
    this.killAt = performance.now() + request.graceMs;
    this.tree.signal(signal);
    this.killTimer = setTimeout(() => {
      const what = `${programName(request.command)} did not end within ${request.graceMs / 1000} s: killed`;
      this.warn("KILLED_AFTER_GRACE", what, "`--grace` gives it longer to end");
      void this.tree.end();
    }, request.graceMs);
  }

  /** Asks it to end so that another takes its place. */
  retire(): void {
    this.tree.leave();
    this.askToEnd("SIGTERM");
  }

  /** Kills all of it at once. */
  async kill(): Promise<void> {
    this.killAt ??= performance.now();
    await this.tree.end();
  }

  /** Ends it, and clears away what it leaves. */
  async finish(signal: SignalName): Promise<void> {
    if (!this.hasEnded) this.askToEnd(signal);
    await this.ended;
    await this.clearAway();
  }

  /** Once the command has ended: what it left gets SIGTERM, what is left of the grace, SIGKILL. */
  clearAway(): Promise<void> {
    return (this.cleared ??= this.clear());
  }

  private async clear(): Promise<void> {
    this.readiness.stop();
    clearTimeout(this.killTimer);
    const { tree, request, emit } = this.options;
    let left = tree.doomed();
    this.warnOfBackground(left);
    if (left.length > 0) tree.signalAll("SIGTERM");
    const deadline = this.killAt ?? performance.now() + request.graceMs;
    while (left.length > 0 && performance.now() < deadline) {
      await Bun.sleep(LEFTOVER_STEP_MS);
      left = tree.doomed();
    }
    const daemons = await tree.end();
    if (left.length > 0) {
      const what = `killed what the command had left: ${listProcesses(left)}`;
      this.warn("KILLED_LEFTOVERS", what, "`--grace` gives them longer to end");
    }
    if (daemons.length > 0) emit({ kind: "left-running", processes: daemons });
    await tree.dismiss();
  }

  /** A command that goes to the background is out of sight: who has its sockets then is no child of ours. */
  private warnOfBackground(left: readonly TreeProcess[]): void {
    const daemons = left.filter(({ detached }) => detached);
    const hasSucceeded = this.exit?.kind === "code" && this.exit.code === 0;
    if (this.wasAskedToEnd || !hasSucceeded || daemons.length === 0) return;
    const name = programName(this.options.request.command);
    const what = `${name} went to the background, where it can't be guarded: ended, with ${listProcesses(daemons)}`;
    this.warn("WENT_TO_BACKGROUND", what, hintForeground(daemons.map((each) => each.name)));
  }

  /** Where it ended and never served: what was to be a server may have failed, and another command may be done. */
  warnIfUnserved(exit: Exit): void {
    const { request, ports } = this.options;
    if (this.readyAt !== undefined || this.readiness.hasListened) return;
    const what = `${programName(request.command)} ended ${howEnded(exit)} without having served on ${ports.join(", ")}`;
    this.warn("NOT_BOUND", what, "if it was meant to serve, its own output says why it did not");
  }

  private warn(code: Extract<ReserveEvent, { kind: "warning" }>["code"], what: string, hint: string): void {
    this.options.emit({ kind: "warning", code, what, hint });
  }
}

/** What came of a start, as it is said of its generation. */
export function describeFailure(failure: StartFailure): string {
  switch (failure.kind) {
    case "ended":
      return `ended ${howEnded(failure.exit)} before it was ready`;
    case "late":
      return "was not ready in time";
    case "shut-out":
      return `can't run beside the old one: ${failure.what}`;
  }
}

/** `with 3`, `by SIGKILL`. */
function howEnded(exit: Exit): string {
  return exit.kind === "code" ? `with ${exit.code}` : `by ${exit.signal}`;
}

function listProcesses(processes: readonly TreeProcess[]): string {
  return processes.map(({ name, pid }) => `${name} (pid ${pid})`).join(", ");
}
