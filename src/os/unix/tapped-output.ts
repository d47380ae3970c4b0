import { read, write } from "node:fs";
import { fail } from "../../core/error.ts";
import type { OutputStream, OutputTap } from "../../core/output-tap.ts";
import { closeFd, openPipe } from "./files.ts";

const CHUNK = 64 * 1024;
/** How long to wait when the reader of a non-blocking stdout has left it full. */
const FULL_MS = 5;
const FD_OF: Record<OutputStream, number> = { stdout: 1, stderr: 2 };

/** Streams of a command that pass through us: what it writes is written to our own, in order and unchanged. */
export class TappedOutput {
  /** The ends that the command writes to: close them here once it has them. */
  readonly writers: Partial<Record<OutputStream, number>> = {};

  /** All of it has been passed on. */
  readonly drained: Promise<unknown>;

  constructor({ streams, onChunk }: OutputTap) {
    const passing: Promise<void>[] = [];
    for (const stream of streams) {
      const pipe = openPipe();
      if (typeof pipe === "number") fail("INTERNAL", `no pipe for ${stream} (error ${-pipe})`, "raise `ulimit -n`");
      this.writers[stream] = pipe.writer;
      passing.push(passOn(pipe.reader, FD_OF[stream], (bytes) => onChunk(stream, bytes)));
    }
    this.drained = Promise.all(passing);
  }

  get fds(): number[] {
    return Object.values(this.writers);
  }

  closeWriters(): void {
    for (const fd of this.fds) closeFd(fd);
  }
}

/** Until every writer has closed it. Who reads our own streams slowly slows the command down, as without us. */
async function passOn(from: number, to: number, onChunk: (bytes: Uint8Array) => void): Promise<void> {
  const buffer = new Uint8Array(CHUNK);
  try {
    for (;;) {
      const length = await readSome(from, buffer);
      if (length === 0) return;
      const bytes = buffer.slice(0, length);
      await writeAll(to, bytes);
      onChunk(bytes);
    }
  } finally {
    closeFd(from);
  }
}

/** A reader that is gone is no failure of ours: the command is not told, but its output is read on. */
async function writeAll(to: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    try {
      done += await writeSome(to, bytes, done);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) return;
      await Bun.sleep(FULL_MS);
    }
  }
}

// node:util would make promises of them, for 0.7 ms of every start.

async function readSome(fd: number, into: Uint8Array): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  read(fd, into, 0, into.length, null, (error, length) => (error ? reject(error) : resolve(length)));
  return promise;
}

async function writeSome(fd: number, bytes: Uint8Array, from: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  write(fd, bytes, from, bytes.length - from, (error, length) => (error ? reject(error) : resolve(length)));
  return promise;
}
