import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
/** A child that writes more than the pipe holds must not wait until a test looks. */
const DRAIN_EVERY_MS = 20;

/**
 * A pipe for a child's output that is read on demand: `text` has everything that was written before it was asked for,
 * which a stream that the event loop reads can't promise.
 */
export class OutputPipe {
  /** For the child; `closeWriter` after it has been started. */
  readonly writer: number;
  #reader: number | undefined;
  #heard = "";
  readonly #decoder = new TextDecoder();
  readonly #buffer = new Uint8Array(65_536);
  readonly #timer: Timer;

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), "portguard-pipe-"));
    const path = join(folder, "pipe");
    try {
      const made = spawnSync("mkfifo", [path]);
      if (made.status !== 0) throw new Error(`mkfifo: ${made.stderr}`);
      this.#reader = openSync(path, O_RDONLY | O_NONBLOCK);
      this.writer = openSync(path, O_WRONLY);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    this.#timer = setInterval(() => this.#drain(), DRAIN_EVERY_MS);
    this.#timer.unref();
  }

  get text(): string {
    this.#drain();
    return this.#heard;
  }

  /** Every writer has closed it, and all of it was read. */
  get hasEnded(): boolean {
    this.#drain();
    return this.#reader === undefined;
  }

  closeWriter(): void {
    closeSync(this.writer);
  }

  /** Stops reading: what comes later is lost. */
  close(): void {
    clearInterval(this.#timer);
    if (this.#reader !== undefined) closeSync(this.#reader);
    this.#reader = undefined;
  }

  #drain(): void {
    while (this.#reader !== undefined) {
      const count = this.#read(this.#reader);
      if (count === undefined) return;
      if (count === 0) this.close();
      else this.#heard += this.#decoder.decode(this.#buffer.subarray(0, count), { stream: true });
    }
  }

  #read(fd: number): number | undefined {
    try {
      return readSync(fd, this.#buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
      throw error;
    }
  }
}
