import { PortguardError } from "../core/error.ts";
import type { Exit, GenerationEvent, SignalName } from "../core/os.ts";
import type { RestartCause, RestartMode, RestartOutcome } from "../core/reserve-event.ts";
import { judgeEnd, NO_STREAK, type Streak } from "./back-off.ts";
import { describeFailure, type Generation, type StartFailure } from "./generation.ts";
import { describeGivenUp } from "./give-up.ts";
import { findObstacle } from "./obstacle.ts";
import { Pause } from "./pause.ts";
import { programName } from "./program-name.ts";
import type { SuccessionOptions } from "./succession-options.ts";

/** A restart, or a start after a crash, that is under way. */
interface Change {
  readonly outcome: Promise<RestartOutcome>;
  hasLaunched: boolean;
}

/** Puts new generations into the place of old ones, one at a time. */
export class Succession {
  private count = 1;
  /** A newer one that is not ready yet; until then `current` goes on. */
  private coming: Generation | undefined;
  private readonly retiring = new Set<Generation>();
  private streak: Streak = NO_STREAK;
  private change: Change | undefined;
  private queued: Promise<RestartOutcome> | undefined;
  private readonly pause = new Pause();
  private stoppedBy: SignalName | undefined;
  /** A new generation was ready beside an old one. */
  private hasRolled = false;
  private interruptedAt = Number.NEGATIVE_INFINITY;
  /** What was heard of a generation before its launch has answered. */
  private early: GenerationEvent[] = [];
  private readonly end = Promise.withResolvers<Exit>();
  private mode: RestartMode;

  constructor(
    private current: Generation,
    private readonly options: SuccessionOptions,
  ) {
    this.mode = options.mode;
    options.keepQueue(options.request.restart !== "no");
    this.adopt(current);
    void this.warnIfLate(current);
  }

  /** How the last generation ended, after which no other one comes. Rejects with PORT_STOLEN, and what a launch throws. */
  get ended(): Promise<Exit> {
    return this.end.promise;
  }

  /** Every generation of which something may be left. */
  private get all(): readonly Generation[] {
    return [...new Set([...this.retiring, ...this.active])];
  }

  private get active(): readonly Generation[] {
    return [this.current, ...(this.coming ? [this.coming] : [])];
  }

  /** Says this signal to the command, which is every generation that is meant to serve. */
  signal(signal: SignalName): void {
    for (const each of this.active) each.signal(signal);
  }

  /** A signal told the command to end: that it does so soon is no crash. */
  noteInterrupt(): void {
    this.interruptedAt = performance.now();
  }

  /** Ends what is still there, and all that it leaves. */
  async clearAway(): Promise<void> {
    // What is just being launched is one of them, too.
    await this.change?.outcome;
    await Promise.all(this.all.map((each) => each.finish(this.stoppedBy ?? "SIGTERM")));
  }

  /** Kills all of it at once. */
  async kill(): Promise<void> {
    await Promise.all(this.all.map((each) => each.kill()));
  }

  hear(event: GenerationEvent): void {
    const generation = this.all.find(({ number }) => number === event.generation);
    if (generation) generation.hear(event);
    else if (event.generation === this.count) this.early.push(event);
  }

  /** No further generation is wanted: all that are there are asked to end by this signal. */
  stop(signal: SignalName): void {
    this.stoppedBy = signal;
    this.options.keepQueue(false);
    for (const each of this.all) if (!each.hasEnded) each.askToEnd(signal);
    this.pause.end();
    this.judge();
  }

  /**
   * Starts a new generation in the place of the old one. Asked again before the new one has been launched it is the same
   * restart; asked later, one more follows. In the pause after a crash the next start is made at once.
   */
  restart(because: RestartCause): Promise<RestartOutcome> {
    if (this.stoppedBy) return Promise.resolve({ kind: "failed", what: "portguard is being stopped" });
    this.pause.end();
    if (!this.change) return this.begin(() => this.replace(because));
    if (!this.change.hasLaunched) return this.change.outcome;
    this.queued ??= this.change.outcome.then(() => {
      this.queued = undefined;
      return this.restart(because);
    });
    return this.queued;
  }

  private begin(work: () => Promise<RestartOutcome>): Promise<RestartOutcome> {
    const { keepQueue, request } = this.options;
    keepQueue(true);
    const outcome = work().finally(() => {
      this.change = undefined;
      // While it is not ready yet, clients still wait for it.
      if (!this.stoppedBy && this.current.servedMs !== undefined) {
        // Who counts as ready at once may not have its sockets yet.
        keepQueue(request.restart !== "no" || request.ready.kind === "none");
      }
      this.judge();
    });
    this.change = { outcome, hasLaunched: false };
    return outcome;
  }

  private async replace(because: RestartCause): Promise<RestartOutcome> {
    const { mode } = this;
    this.options.emit({
      kind: "restarting",
      generation: this.count + 1,
      because,
      mode,
      mayRefuse: this.options.mayRefuse,
    });
    return mode === "rolling" ? this.roll(because) : this.stopFirst();
  }

  /** The old one serves until the new one does. */
  private async roll(because: RestartCause): Promise<RestartOutcome> {
    const next = await this.launch();
    if (!next) return this.failed("it could not be started");
    this.coming = next;
    const outcome = await next.outcome;
    if (this.stoppedBy) return this.failed("portguard is being stopped");
    this.coming = undefined;
    // Where the old one is gone meanwhile there is nothing better than the new one, however it went.
    if (outcome.kind !== "ready" && !this.current.hasEnded) return this.abandon(next, outcome, because);
    const old = this.current;
    this.current = next;
    this.hasRolled ||= outcome.kind === "ready";
    void this.retire(old);
    if (outcome.kind === "late") next.readiness.warnLate();
    return outcome.kind === "ready"
      ? { kind: "restarted", generation: next.number }
      : this.failed(describeFailure(outcome));
  }

  /** The new one came to nothing, the old one goes on. */
  private async abandon(next: Generation, outcome: StartFailure, because: RestartCause): Promise<RestartOutcome> {
    const { os, emit, request } = this.options;
    const gone = this.retire(next);
    // A program that has run twice has another reason to fail.
    const mayStopFirst = request.restartMode === "auto" && !(this.hasRolled && outcome.kind === "ended");
    const obstacle = mayStopFirst ? findObstacle(os, this.current, outcome) : undefined;
    const what = `generation ${next.number} of ${programName(request.command)} ${describeFailure(outcome)}`;
    if (obstacle !== undefined) {
      await gone;
      if (this.stoppedBy || this.current.hasEnded) return this.failed(what);
      this.mode = "stop-first";
      emit({ kind: "not-beside", generation: next.number, because: obstacle });
      return this.replace(because);
    }
    const hint = "its own output says why; `--restart-mode stop-first` is for a program that can't run twice at a time";
    emit({ kind: "restart-failed", generation: next.number, serving: this.current.number, what, hint });
    return this.failed(what);
  }

  /** For a program that can't run twice at a time, or a port that two can't have. */
  private async stopFirst(): Promise<RestartOutcome> {
    await this.retire(this.current);
    if (this.stoppedBy) return this.failed("portguard is being stopped");
    return this.startAlone();
  }

  /** The current one has ended by itself. */
  private async revive(exit: Exit, pauseMs: number): Promise<RestartOutcome> {
    const old = this.current;
    this.options.emit({ kind: "crashed", generation: old.number, exit, pauseMs });
    await old.clearAway();
    {
      using _meanwhile = this.options.holdMeanwhile();
      await this.pause.wait(pauseMs);
    }
    if (this.stoppedBy) return this.failed("portguard is being stopped");
    return this.startAlone();
  }

  /** Starts the next one where none runs. */
  private async startAlone(): Promise<RestartOutcome> {
    const next = await this.launch();
    if (!next) return this.failed("it could not be started");
    this.current = next;
    const outcome = await next.outcome;
    if (outcome.kind === "ready") return { kind: "restarted", generation: next.number };
    if (outcome.kind === "late") next.readiness.warnLate();
    return this.failed(describeFailure(outcome));
  }

  /** The next generation; nothing where it can't be started: where none runs, that is the end. */
  private async launch(): Promise<Generation | undefined> {
    const { launch, emit } = this.options;
    this.count++;
    this.early = [];
    try {
      const next = await launch(this.count);
      if (this.change) this.change.hasLaunched = true;
      this.adopt(next);
      if (this.stoppedBy) next.askToEnd(this.stoppedBy);
      return next;
    } catch (error) {
      if (!(error instanceof PortguardError) || this.current.hasEnded) this.end.reject(error);
      else {
        const { what, hint } = error;
        emit({ kind: "restart-failed", generation: this.count, serving: this.current.number, what, hint });
      }
      return undefined;
    }
  }

  private adopt(generation: Generation): void {
    void generation.ended.then(() => this.judge());
    generation.theft.catch((error: unknown) => this.end.reject(error));
    generation.watch();
    for (const event of this.early.splice(0)) generation.hear(event);
  }

  /** What follows when the current generation has ended; whoever changes generations at this moment sees to it himself. */
  private judge(): void {
    const { current, coming, stoppedBy, options } = this;
    const { exit } = current;
    if (!exit) return;
    if (stoppedBy) {
      // Between a crash and the next start it is our own end that counts.
      const last = coming
        ? coming.ended
        : Promise.resolve(current.wasAskedToEnd ? exit : { kind: "signal" as const, signal: stoppedBy });
      return void last.then(this.end.resolve);
    }
    if (this.change) return;
    const ended = { exit, servedMs: current.servedMs };
    const wasInterrupted = performance.now() - this.interruptedAt < options.request.graceMs;
    const verdict = judgeEnd(wasInterrupted ? "no" : options.request.restart, ended, this.streak);
    switch (verdict.kind) {
      case "again":
        this.streak = verdict.streak;
        void this.begin(() => this.revive(exit, verdict.streak.pauseMs));
        return;
      case "give-up":
        return void this.giveUp(current, exit, verdict.failedStarts);
      case "end":
        if (!wasInterrupted) current.warnIfUnserved(exit);
        return this.end.resolve(exit);
    }
  }

  private async giveUp(last: Generation, exit: Exit, starts: number): Promise<void> {
    this.options.emit(await describeGivenUp(last, exit, starts, this.options.request.command));
    this.end.resolve(exit);
  }

  /** Ends one that nobody needs any more, and all that it leaves. */
  private async retire(generation: Generation): Promise<void> {
    this.retiring.add(generation);
    generation.retire();
    const exit = await generation.ended;
    await generation.clearAway();
    this.retiring.delete(generation);
    this.options.emit({ kind: "retired", generation: generation.number, exit });
  }

  private async warnIfLate(generation: Generation): Promise<void> {
    if ((await generation.outcome).kind === "late") generation.readiness.warnLate();
  }

  private failed(what: string): RestartOutcome {
    return { kind: "failed", what };
  }
}
