import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "bun:test";
import { addressesHere, bindsPlainly } from "./drive/plain-bind.ts";
import { type LiveProcess, processesMarked } from "./drive/processes.ts";
import { Started } from "./drive/started.ts";
import { SOON, until } from "./drive/until.ts";

const EVERY_FORM = ["127.0.0.1", "0.0.0.0", "::1", "::"];

export interface DriveOptions {
  /** portguard's arguments, the verb first. */
  readonly args: readonly string[];
  /** The TCP ports that must be free again in the end. */
  readonly ports?: readonly number[];
  /** Where it runs; its own empty folder unless said. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Under a terminal of its own and in its foreground, instead of on pipes. */
  readonly terminal?: boolean;
  /** Without a terminal: an end that nobody writes to, or a pipe that `write` and `closeInput` reach. */
  readonly stdin?: "ignore" | "pipe";
}

/** One line of `--events`: what happened, when, and the values that belong to it. */
export interface LoggedEvent {
  readonly schema: number;
  readonly time: string;
  readonly event: string;
  readonly [value: string]: unknown;
}

/** The executable under test. */
export function binary(): string {
  return resolve(process.env["PORTGUARD_BIN"] ?? join(import.meta.dir, "../dist/portguard"));
}

/** Starts the executable under test; dispose of the run to end whatever is left of it. */
export function drive(options: DriveOptions): Run {
  const [verb = "", ...rest] = options.args;
  return new Run((events) => [binary(), verb, "--events", events, ...rest], options);
}

/** Starts any program in the same way, to see what it does by itself. */
export function driveBare(argv: readonly string[], options: Omit<DriveOptions, "args"> = {}): Run {
  return new Run(() => argv, options);
}

/** A program and all that it started: each process of it carries `marker` in its environment. */
export class Run implements AsyncDisposable {
  readonly marker = randomUUID();
  readonly folder = mkdtempSync(join(tmpdir(), `pg-${this.marker}-`));
  /** Its XDG_STATE_HOME: short, as the path of a socket has about a hundred bytes at most. */
  readonly state = join(this.folder, "s");
  readonly #ports: readonly number[];
  readonly #temporary = join(this.folder, "tmp");
  readonly #events = join(this.folder, "events.ndjson");
  readonly #started: Started;

  constructor(argv: (events: string) => readonly string[], options: Omit<DriveOptions, "args">) {
    this.#ports = options.ports ?? [];
    const work = join(this.folder, "work");
    for (const folder of [this.#temporary, work]) mkdirSync(folder);
    this.#started = new Started(argv(this.#events), {
      cwd: options.cwd ?? work,
      env: {
        ...process.env,
        TMPDIR: this.#temporary,
        XDG_STATE_HOME: this.state,
        ...options.env,
        PORTGUARD_TEST_RUN: this.marker,
      },
      stdio: options.terminal ? "terminal" : (options.stdin ?? "ignore"),
    });
  }

  get pid(): number {
    return this.#started.pid;
  }

  get stdout(): string {
    return this.#started.stdout;
  }

  get stderr(): string {
    return this.#started.stderr;
  }

  /** Under a terminal: everything that was written there, control characters and all. */
  get screen(): string {
    return this.#started.screen;
  }

  /** What portguard itself said, line by line, without its prefix. */
  get voice(): string[] {
    const lines = (this.stderr + this.screen).split(/\r?\n/);
    return lines.filter((line) => line.startsWith("portguard: ")).map((line) => line.slice("portguard: ".length));
  }

  /** Every event so far. */
  get events(): LoggedEvent[] {
    const log = existsSync(this.#events) ? readFileSync(this.#events, "utf8") : "";
    return log
      .slice(0, log.lastIndexOf("\n") + 1)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LoggedEvent);
  }

  /** The first event of a kind, awaited. Throws when it doesn't come in time, or when the program ends without it. */
  async event(name: string, deadlineMs = SOON): Promise<LoggedEvent> {
    const found = () => this.events.find(({ event }) => event === name);
    const asked = until(name, () => found() ?? this.#started.hasEnded, deadlineMs);
    const answer: unknown = await asked.catch((cause: unknown) => cause);
    return found() ?? this.#tell(`no event \`${name}\``, answer);
  }

  /** Every live process of the run, the driven one included. */
  processes(): LiveProcess[] {
    return processesMarked(this.marker);
  }

  write(text: string): void {
    this.#started.write(text);
  }

  /** Ends its input: closes the pipe, or hangs up the terminal. */
  closeInput(): void {
    this.#started.closeInput();
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Signals the driven process alone and waits for its end; 0 to 255, or the signal that it died by. */
  async stop(signal: NodeJS.Signals = "SIGTERM", deadlineMs = SOON): Promise<number | NodeJS.Signals> {
    this.signal(signal);
    return this.ended(deadlineMs);
  }

  /** Its exit code, or the signal that it died by. All output has been collected then. */
  async ended(deadlineMs = SOON): Promise<number | NodeJS.Signals> {
    try {
      return await until("its end", () => this.#started.end, deadlineMs);
    } catch (cause) {
      return this.#tell("it did not end", cause);
    }
  }

  /** Fails unless all of it is gone: its processes, its hold on the ports, its temporary files. */
  async expectNothingLeft(deadlineMs = 1000): Promise<void> {
    const left = () => this.processes().map(({ pid, command }) => `${pid} ${command}`);
    await until("no process left", () => left().length === 0, deadlineMs).catch(() => undefined);
    expect(left()).toEqual([]);
    const forms = addressesHere(EVERY_FORM);
    const taken = () => this.#ports.flatMap((port) => forms.filter((form) => !bindsPlainly(form, port)));
    // A dying process loses its memory, by which it is found, a moment before its sockets.
    await until("every port free", () => taken().length === 0, deadlineMs).catch(() => undefined);
    expect(taken()).toEqual([]);
    expect(readdirSync(this.#temporary)).toEqual([]);
  }

  /** Kills what is left, by pid, and forgets the files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await until("the end of every process", () => {
      const left = this.processes();
      for (const { pid } of left) killQuietly(pid);
      return left.length === 0 && this.#started.hasEnded;
    });
    this.#started.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #tell(what: string, cause: unknown): never {
    const end = this.#started.end ?? "still running";
    const kinds = this.events.map(({ event }) => event).join(" ");
    const heard = `--- stdout\n${this.stdout}--- stderr\n${this.stderr}--- screen\n${this.screen}`;
    throw new Error(`${what}; ${end}; events: ${kinds}\n${heard}`, { cause });
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it ended by itself
  }
}
