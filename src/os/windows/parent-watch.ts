import type { NurseryOptions } from "../../core/os.ts";
import { ACCESS, ProcessHandle } from "./process-handle.ts";
import { isStdinPipe } from "./standard-input.ts";

const PERIOD_MS = 500;

/**
 * The thread that looks at stdin, since a look can block. There is one, never terminated: a `process.exit` while Bun ends
 * a Worker was seen to answer 0, whatever its code.
 */
let stdinThread: Worker | undefined;

/** Tells when the one who started us, and writes our stdin through a pipe, is gone or has closed it. */
export class ParentWatch implements Disposable {
  readonly #onEvent: NurseryOptions["onEvent"];
  readonly #parent: ProcessHandle | undefined;
  readonly #timer: Timer;

  private constructor(onEvent: NurseryOptions["onEvent"]) {
    this.#onEvent = onEvent;
    this.#parent = openParent();
    this.#timer = setInterval(() => this.#checkParent(), PERIOD_MS).unref();
    stdinThread ??= new Worker(new URL("./stdin-worker.ts", import.meta.url).href);
    stdinThread.unref();
    stdinThread.onmessage = () => this.#noteStdinClosed();
  }

  /** Nothing to watch where stdin is not a pipe: then a person, not a program, started us. */
  static start(onEvent: NurseryOptions["onEvent"]): ParentWatch | undefined {
    return isStdinPipe() ? new ParentWatch(onEvent) : undefined;
  }

  #checkParent(): void {
    if (!this.#parent?.hasEnded()) return;
    clearInterval(this.#timer);
    this.#onEvent({ kind: "parent-gone" });
  }

  #noteStdinClosed(): void {
    stdinThread!.onmessage = null;
    this.#onEvent({ kind: "stdin-closed" });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    stdinThread!.onmessage = null;
    this.#parent?.[Symbol.dispose]();
  }
}

/** Our parent while it can be told from a later process that got its number. */
function openParent(): ProcessHandle | undefined {
  const parent = ProcessHandle.open(process.ppid, ACCESS.query | ACCESS.wait);
  using self = ProcessHandle.open(process.pid, ACCESS.query);
  const [parentStart, ownStart] = [parent?.startedAt(), self?.startedAt()];
  if (parentStart !== undefined && ownStart !== undefined && parentStart <= ownStart) return parent;
  parent?.[Symbol.dispose]();
  return undefined;
}
