import { PortguardError } from "../core/error.ts";
import type { Os, Tree } from "../core/os.ts";
import { joinWords, summarizeHolders } from "../core/port-held-error.ts";
import type { HandoffWay, ReserveEvent } from "../core/reserve-event.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import { dialectFor } from "./handoff/dialects.ts";
import { programName } from "./program-name.ts";
import { checkReady } from "./readiness.ts";
import { warnOfAddresses, warnOfLateStart } from "./readiness-warnings.ts";
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
  readonly ports: readonly WatchedPort[];
  /** When the start began, as `performance.now()`. */
  readonly startedAt: number;
}

/** Watches the start of a command until it serves on its ports, and says how it went. */
export class ReadinessWatch {
  wasReady = false;
  hasListened = false;
  private stopped = false;
  private warned = false;
  private lastHint = 0;
  private settleMs = SETTLE_MS;
  private wake: (() => void) | undefined;

  constructor(private readonly options: ReadinessOptions) {}

  /** `onTheft` is told when somebody else got a port that was let go of. */
  start(onTheft: (error: PortguardError) => void): void {
    void this.watch(onTheft);
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

  private async watch(onTheft: (error: PortguardError) => void): Promise<void> {
    const { os, tree, ports, way, request, startedAt } = this.options;
    const dialect = way === "inherit" ? dialectFor(request.command) : undefined;
    for (;;) {
      await this.pause();
      if (this.stopped) return;
      const theft = this.findTheft();
      if (theft) return onTheft(theft);
      const settled = performance.now() - this.lastHint >= this.settleMs;
      const bound = settled ? await checkReady(os, tree, ports, way, dialect) : undefined;
      if (bound) return this.tellReady(bound);
      if (!this.warned && performance.now() - startedAt > request.readyTimeoutMs) {
        this.warned = true;
        this.warnLate();
      }
    }
  }

  /** Until the next look: soon after a hint, else after a while. */
  private async pause(): Promise<void> {
    const sinceHint = performance.now() - this.lastHint;
    const isNew = performance.now() - this.options.startedAt < OFTEN_FOR_MS;
    const usual = this.warned ? LATE_STEP_MS : STEP_MS;
    const step = this.options.way === "release" && isNew ? RELEASE_STEP_MS : usual;
    const ms = this.lastHint > 0 && sinceHint < this.settleMs ? this.settleMs - sinceHint : step;
    const woken = Promise.withResolvers<void>();
    this.wake = woken.resolve;
    const timer = setTimeout(woken.resolve, ms);
    await woken.promise;
    clearTimeout(timer);
  }

  private tellReady(bound: readonly Bound[]): void {
    const { emit, way, request, ports, startedAt } = this.options;
    this.wasReady = true;
    const startMs = (this.lastHint > 0 ? this.lastHint : performance.now()) - startedAt;
    emit({ kind: "ready", way, program: this.nameOf(bound[0]?.pid ?? -1), bound, startMs });
    for (const warning of warnOfAddresses(request, ports, bound)) emit(warning);
    // From here on we only wait: what the start took is given back.
    Bun.gc(true);
  }

  private nameOf(pid: number): string {
    const { os, tree, request } = this.options;
    const name = pid === tree.pid ? undefined : os.process(pid)?.name;
    return name ?? programName(request.command);
  }

  private warnLate(): void {
    const { emit, os, tree, ports, request } = this.options;
    const late = unserved(ports, findServed(os, tree, ports).bound);
    emit(warnOfLateStart(request, late, findElsewhere(os, tree, ports)));
  }
}

function theftOf(thieves: Parameters<typeof summarizeHolders>[0]): PortguardError {
  const ports = joinWords([...new Set(thieves.map(({ at }) => String(at.port)))]);
  const what = `port ${ports} was taken while it was let go for the command: it is held ${summarizeHolders(thieves)}`;
  return new PortguardError("PORT_STOLEN", what, "stop that program, or take another port with `--auto`");
}
