import type { OutputStream } from "../../core/output-tap.ts";
import type { Protocol } from "../../core/endpoint.ts";
import type { WaitStatus } from "./spawn.ts";

/** What the guard is told, one JSON line each. The end of the stream means that portguard is gone. */
export type ToGuard =
  | {
      readonly do: "launch";
      readonly argv: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly takeover: boolean;
      /** Signals that were ignored when portguard started, and stay so for the command. */
      readonly ignoredSignals: readonly number[];
      /** The same for those that were blocked. */
      readonly blockedSignals: readonly number[];
      readonly nofile: number | undefined;
      /** Which processes must end if portguard dies: those with a socket on these ports, or simply all. */
      readonly ports: readonly { readonly protocol: Protocol; readonly port: number }[];
      readonly killAll: boolean;
      /** What the guard has inherited to be the command's stdout and stderr. */
      readonly output: Readonly<Partial<Record<OutputStream, number>>>;
    }
  /** The broker has the listener: start the command. */
  | { readonly do: "proceed" }
  /** Everything is in order: leave without touching anything. */
  | { readonly do: "quit" };

/** What the guard says. */
export type FromGuard =
  | { readonly said: "listener"; readonly fd: number }
  | { readonly said: "refused"; readonly error: number }
  | { readonly said: "spawned"; readonly pid: number }
  | { readonly said: "failed"; readonly error: number }
  | { readonly said: "exited"; readonly status: WaitStatus };

/** Collects bytes of a stream into JSON lines. */
export class LineReader<Message> {
  private rest = "";
  private readonly decoder = new TextDecoder();

  push(bytes: Uint8Array): Message[] {
    const lines = (this.rest + this.decoder.decode(bytes, { stream: true })).split("\n");
    this.rest = lines.pop() ?? "";
    return lines.map((line) => JSON.parse(line) as Message);
  }
}

/** One message of any of the protocols between our processes and threads. */
export function encodeLine(message: object): Uint8Array<ArrayBuffer> {
  return Buffer.from(`${JSON.stringify(message)}\n`);
}
