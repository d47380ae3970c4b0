import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { drive, type LoggedEvent, type Run } from "../drive.ts";

/** A command that binds this address and port, or listens on the socket that it inherits. */
export type MakeCommand = (address: string, port: number) => readonly string[];

const CHILD = join(import.meta.dir, "programs", "child.ts");

/** A server that binds and listens by itself. */
export const bindingChild: MakeCommand = (address, port) => [
  process.execPath,
  CHILD,
  "--host",
  address,
  "--port",
  `${port}`,
];

/** The same server under the name of one that is known to take an inherited socket, as `--fd N`. */
export class InheritingChild implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "portguard-child-"));
  readonly #program = join(this.#folder, "uvicorn");

  constructor() {
    writeFileSync(this.#program, `#!${process.execPath}\nimport ${JSON.stringify(CHILD)};\n`);
    chmodSync(this.#program, 0o755);
  }

  readonly command: MakeCommand = (address, port) => [this.#program, "--host", address, "--port", `${port}`];

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

export interface HandOverOptions {
  readonly way: "takeover" | "inherit" | "release";
  readonly port?: number;
  readonly address: string;
  readonly command: MakeCommand;
}

/** Starts portguard with a child that will serve on this address. Others may have the port meanwhile: it waits for it. */
export function startHandOver({ way, address, command, port = freePort() }: HandOverOptions): Run {
  const args = ["reserve", "--if-held", "wait=60s", "--handoff", way, `${port}`, "--", ...command(address, port)];
  return drive({ args, ports: [port] });
}

/** When portguard said that it holds the port, in milliseconds since the epoch. */
export async function heldSince(run: Run): Promise<number> {
  const held: LoggedEvent = await run.event("held", 60_000);
  return Date.parse(held.time);
}

/** Until the child has said how its listen() went: `listening`, or `refused` and the error number. */
export async function childsWord(run: Run): Promise<string> {
  await until("a word of the child", () => run.stdout.endsWith("\n"), 60_000);
  return run.stdout.trim();
}
