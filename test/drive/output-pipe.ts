import { dlopen } from "bun:ffi";
import { closeSync, readSync } from "node:fs";

const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;
const F_SETFL = 4;
/** A child that writes more than the pipe holds must not wait until a test looks. */
const DRAIN_EVERY_MS = 20;

const { symbols: libc } = dlopen("libc.so.6", {
  pipe2: { args: ["ptr", "i32"], returns: "i32" },
  fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
});

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
    const ends = new Int32Array(2);
    if (libc.pipe2(ends, O_CLOEXEC) !== 0) throw new Error("no pipe can be made");
    const [reader, writer] = ends as unknown as [number, number];
    libc.fcntl(reader, F_SETFL, O_NONBLOCK);
    this.#reader = reader;
    this.writer = writer;
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
