import { fail } from "../../core/error.ts";
import type { NurseryOptions, SignalName, Tree, TreeProcess } from "../../core/os.ts";
import { exitCodeOf, exitOf } from "./exit-codes.ts";
import { keepWholeExitCode } from "./exit-process.ts";
import type { Job } from "./job.ts";
import { ACCESS, ProcessHandle } from "./process-handle.ts";
import { listProcesses } from "./process-list.ts";
import { readTerminal } from "./terminal.ts";

/** Processes end within milliseconds of being told to, unless a driver holds them. */
const END_DEADLINE_MS = 10_000;
const END_POLL_MS = 5;
/** How long the end of a command's output may take to pass through us. */
const LAST_OUTPUT_MS = 2000;

/**
 * The command and what it started: all that is in our job but ourselves. No signal of Windows reaches one program and
 * leaves its console's others alone, so those that a console gives are left to it, and every other one is an end at once.
 */
export class WindowsTree implements Tree {
  readonly pid: number;
  readonly #job: Job;
  readonly #output: Promise<unknown>;
  #endedFor: SignalName | undefined;
  /** While a start is watched, members are asked for every few milliseconds: a snapshot each time would be dear. */
  #names: ReadonlyMap<number, string> = new Map();

  constructor(
    job: Job,
    child: StartedChild,
    generation: number,
    onEvent: NurseryOptions["onEvent"],
    output: Promise<unknown>,
  ) {
    this.#output = output;
    this.#job = job;
    this.pid = child.pid;
    // Opened while Bun still has the process: Bun itself tells only 8 bits of the exit code.
    const handle = ProcessHandle.open(child.pid, ACCESS.query | ACCESS.wait);
    void child.exited.then((code) => {
      const exit = exitOf(handle?.exitCode() ?? code, this.#endedFor);
      handle?.[Symbol.dispose]();
      if (exit.kind === "code") keepWholeExitCode(exit.code);
      onEvent({ kind: "exited", generation, exit });
    });
  }

  members(): TreeProcess[] {
    const pids = this.#job.pids();
    if (!pids.every((pid) => this.#names.has(pid))) this.#names = nameProcesses(pids);
    return pids.map((pid) => ({ pid, name: this.#names.get(pid)!, detached: false }));
  }

  doomed(): TreeProcess[] {
    return this.members();
  }

  signal(signal: SignalName): void {
    if (!comesFromConsole(signal)) this.#terminate([this.pid], signal);
  }

  signalAll(signal: SignalName): void {
    if (!comesFromConsole(signal)) this.#terminate(this.#job.pids(), signal);
  }

  /** Nothing is left: whatever was started inside the job is the command's. */
  async end(): Promise<readonly TreeProcess[]> {
    const deadline = performance.now() + END_DEADLINE_MS;
    for (let pids = this.#job.pids(); pids.length > 0; pids = this.#job.pids()) {
      if (performance.now() > deadline)
        return fail("GUARD_LOST", `pid ${pids.join(", ")} can't be ended`, "restart Windows");
      this.#terminate(pids, "SIGKILL");
      await Bun.sleep(END_POLL_MS);
    }
    return [];
  }

  /** It has its own sockets: nothing of them can be kept. */
  leave(): void {}

  /** The job is watched by nobody but the system; what the command wrote must have passed through us. */
  async dismiss(): Promise<void> {
    await Promise.race([this.#output, Bun.sleep(LAST_OUTPUT_MS)]);
  }

  #terminate(pids: readonly number[], signal: SignalName): void {
    if (pids.includes(this.pid)) this.#endedFor ??= signal;
    for (const pid of pids) this.#job.terminate(pid, exitCodeOf(signal));
  }
}

interface StartedChild {
  readonly pid: number;
  readonly exited: Promise<number>;
}

/** A name for every pid: one that has ended meanwhile has none any more. */
function nameProcesses(pids: readonly number[]): Map<number, string> {
  const names = new Map(pids.map((pid) => [pid, `process ${pid}`]));
  for (const { pid, name } of listProcesses()) if (names.has(pid)) names.set(pid, name);
  return names;
}

/** Ctrl-C, Ctrl-Break and the closing of the window go to every process of the console: the command has had it when we have. */
function comesFromConsole(signal: SignalName): boolean {
  return (signal === "SIGINT" || signal === "SIGBREAK" || signal === "SIGHUP") && readTerminal().controlling;
}
