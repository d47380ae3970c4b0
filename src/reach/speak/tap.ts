import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { Bytes } from "./bytes.ts";
import { START_BYTES, WIRE_BYTES } from "./limits.ts";
import { codeOf } from "./receive.ts";

/**
 * A connection that shows what came first and how it ended, for a library to speak over (TLS), and which breaks
 * off after WIRE_BYTES.
 */
export class Tap extends Duplex {
  /** The code of the connection's error. */
  brokenBy: string | undefined;
  readonly #start = new Bytes(START_BYTES);
  #came = 0;

  constructor(private readonly socket: Socket) {
    super();
    this.on("error", () => undefined);
    socket.on("data", (bytes) => this.#take(bytes as Uint8Array));
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => {
      this.brokenBy = codeOf(error);
      this.destroy(error);
    });
    socket.on("close", () => this.destroy());
  }

  /** The first bytes that came. */
  get start(): Uint8Array {
    return this.#start.kept;
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(bytes: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.socket.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.socket.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.socket.destroy();
    done(error);
  }

  #take(bytes: Uint8Array): void {
    this.#start.add(bytes);
    this.#came += bytes.length;
    if (this.#came > WIRE_BYTES) this.destroy();
    else if (!this.push(bytes)) this.socket.pause();
  }
}
