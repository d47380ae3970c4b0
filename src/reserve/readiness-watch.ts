import { PortguardError } from "../core/error.ts";
import type { Os, Tree } from "../core/os.ts";
import { joinWords, summarizeHolders } from "../core/port-held-error.ts";
import type { HandoffWay, ReserveEvent } from "../core/reserve-event.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import { dialectFor } from "./handoff/dialects.ts";
import type { HeardOutput } from "./heard-output.ts";
import { answersHttp } from "./http-probe.ts";
import { programName } from "./program-name.ts";
import { checkListening } from "./readiness.ts";
import { warnOfAddresses, warnOfLateStart, warnOfNotReady } from "./readiness-warnings.ts";
import { type Bound, findElsewhere, findServed, findThieves, unserved, type WatchedPort } from "./verify.ts";

/** Servers often bind several sockets, and some probe first: this long nothing must happen before it counts. */
const SETTLE_MS = 100;
/** The same once a program was seen to probe: it does more before it is done. */
const SETTLE_AFTER_PROBE_MS = 400;
/** By release the port is anyone's for a moment: only looking often sees a thief that goes again. */
const RELEASE_STEP_MS = 2;
const OFTEN_FOR_MS = 3000;
const STEP_MS = 100;
/** Once it was said that the start takes long, a second more does not matter. */
const LATE_STEP_MS = 1000;

export interface ReadinessOptions {
  readonly os: Os;
  readonly emit: (event: ReserveEvent) => void;
  readonly request: ReserveRequest;
  readonly way: HandoffWay;
  readonly tree: Tree;
  readonly generation: number;
  readonly output: HeardOutput;
  readonly ports: readonly WatchedPort[];
  /** When the start began, as `performance.now()`. */
  readonly startedAt: number;
  /** How long it may take before it counts as late, in milliseconds. */
  readonly patienceMs: number;
}

/** Who is told how a start goes; each is told once at most. */
export interface StartListener {
  readonly ready: () => void;
  readonly late: () => void;
  /** Somebody else got a port that was let go of. */
  readonly theft: (error: PortguardError) => void;
}

/** Watches the start of a command until it serves on its ports, and says how it went. */
export class ReadinessWatch {
  wasReady = false;
  /** How long the start took, in milliseconds; nothing until it is ready. */
  startMs: number | undefined;
  hasListened = false;
  private stopped = false;
  private isLate = false;
  private lastHint = 0;
  private lookedInVainAt = 0;
  private settleMs = SETTLE_MS;
  private wake: (() => void) | undefined;

  constructor(private readonly options: ReadinessOptions) {}

  start(listener: StartListener): void {
    this.options.output.onMatch = () => this.wake?.();
    void this.watch(listener);
  }

  /** Somebody of the tree listened on a reserved port, if only for a moment. */
  noteListening(): void {
    this.hasListened = true;
    this.hint();
  }

  /** Something happened to the ports: look soon. */
  hint(): void {
    this.lastHint = performance.now();
    this.wake?.();
  }

  /** A socket that was listened on is closed again: what was told of it does not hold any more. */
  noteLetGo(): void {
    this.settleMs = SETTLE_AFTER_PROBE_MS;
    this.hint();
  }

  stop(): void {
    this.stopped = true;
    this.wake?.();
  }

  /** The theft of a port that was let go for the command, as long as the command has not got it. */
  findTheft(): PortguardError | undefined {
    const { os, tree, ports, way } = this.options;
    if (way !== "release" || this.wasReady) return undefined;
    const thieves = ports.flatMap((port) => findThieves(os, tree, port, process.pid));
    return thieves.length > 0 ? theftOf(thieves) : undefined;
  }

  private async watch(listener: StartListener): Promise<void> {
    const { startedAt, patienceMs } = this.options;
    for (;;) {
      await this.pause();
      if (this.stopped) return;
      const theft = this.findTheft();
      if (theft) return listener.theft(theft);
      const bound = await this.check();
      // It may have been stopped while it was looked at.
      if (this.stopped) return;
      if (bound) {
        this.tellReady(bound);
        return listener.ready();
      }
      if (!this.isLate && performance.now() - startedAt > patienceMs) {
        this.isLate = true;
        listener.late();
      }
    }
  }

  /** Where it serves, as far as that can be seen, once it counts as ready. */
  private async check(): Promise<readonly Bound[] | undefined> {
    const { request, os, tree, ports, output } = this.options;
    const { ready } = request;
    switch (ready.kind) {
      case "none":
        return findServed(os, tree, ports).bound;
      case "log":
        return output.hasMatched ? findServed(os, tree, ports).bound : undefined;
      case "http": {
        const { bound, rows } = findServed(os, tree, ports);
        const row = rows.find(({ state }) => state === "listen");
        const isReady = row && unserved(ports, bound).length === 0 && (await answersHttp(os, tree, row, ready));
        return isReady ? bound : undefined;
      }
      case "listen":
        return performance.now() - this.lastHint < this.settleMs ? undefined : this.checkListening();
    }
  }

  private async checkListening(): Promise<Bound[] | undefined> {
    const { way, request, os, tree, ports, generation, startedAt } = this.options;
    const dialect = way === "inherit" ? dialectFor(request.command) : undefined;
    const isBeside = generation > 1 && way !== "release";
    const since = Math.max(this.lastHint, startedAt);
    const lookedAt = performance.now();
    const bound = await checkListening({ os, tree, ports, way, dialect, backlog: request.backlog, isBeside, since });
    if (!bound) this.lookedInVainAt = lookedAt;
    return bound;
  }

  /** Until the next look: soon after a hint, else after a while. */
  private async pause(): Promise<void> {
    const sinceHint = performance.now() - this.lastHint;
    const isNew = performance.now() - this.options.startedAt < OFTEN_FOR_MS;
    const usual = this.isLate ? LATE_STEP_MS : STEP_MS;
    const step = this.options.way === "release" && isNew ? RELEASE_STEP_MS : usual;
    const ms = this.lastHint > 0 && sinceHint < this.settleMs ? this.settleMs - sinceHint : step;
    const woken = Promise.withResolvers<void>();
    this.wake = woken.resolve;
    const timer = setTimeout(woken.resolve, ms);
    await woken.promise;
    clearTimeout(timer);
  }

  private tellReady(bound: readonly Bound[]): void {
    const { emit, way, request, ports, startedAt, generation } = this.options;
    this.wasReady = true;
    // The last thing that happened was what made it ready, unless it was not so even after that.
    const readyAt = this.lastHint > this.lookedInVainAt ? this.lastHint : performance.now();
    this.startMs = readyAt - startedAt;
    emit({
      kind: "ready",
      generation,
      pid: this.options.tree.pid,
      way,
      program: this.nameOf(bound[0]?.pid ?? -1),
      bound,
      startMs: this.startMs,
    });
    for (const warning of warnOfAddresses(request, ports, bound)) emit(warning);
    // From here on we only wait: what the start took is given back.
    Bun.gc(true);
  }

  private nameOf(pid: number): string {
    const { os, tree, request } = this.options;
    const name = pid === tree.pid ? undefined : os.process(pid)?.name;
    return name ?? programName(request.command);
  }

  /** Says that it takes long, and what it does instead. */
  warnLate(): void {
    const { emit, os, tree, ports, request } = this.options;
    const late = unserved(ports, findServed(os, tree, ports).bound);
    if (late.length === 0) return emit(warnOfNotReady(request, ports));
    emit(warnOfLateStart(request, late, findElsewhere(os, tree, ports)));
  }
}

function theftOf(thieves: Parameters<typeof summarizeHolders>[0]): PortguardError {
  const ports = joinWords([...new Set(thieves.map(({ at }) => String(at.port)))]);
  const what = `port ${ports} was taken while it was let go for the command: it is held ${summarizeHolders(thieves)}`;
  return new PortguardError("PORT_STOLEN", what, "stop that program, or take another port with `--auto`");
}
