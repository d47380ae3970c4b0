import { Started } from "../../drive/started.ts";
import { until } from "../../drive/until.ts";

/** A server of its own process; it ends with its test. */
export class StartedProgram implements AsyncDisposable {
  readonly #started: Started;

  constructor(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#started = new Started(argv, { cwd: import.meta.dir, env: { ...process.env, ...env }, stdio: "ignore" });
  }

  get output(): string {
    return this.#started.stdout + this.#started.stderr;
  }

  /** The first line that it prints: where it serves. */
  async firstLine(): Promise<string> {
    await until("a line", () => this.#started.stdout.includes("\n") || this.#started.hasEnded);
    if (!this.#started.stdout.includes("\n")) throw new Error(`it ended without a word: ${this.output}`);
    return this.#started.stdout.slice(0, this.#started.stdout.indexOf("\n"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Gently: a master takes its workers along then, which a killed one leaves behind.
    if (!this.#started.hasEnded) process.kill(this.#started.pid, "SIGTERM");
    await until("its end", () => this.#started.hasEnded);
    this.#started.close();
  }
}
