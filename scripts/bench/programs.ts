import { type Subprocess, connect } from "bun";
import { createServer } from "node:net";
import { dirname, join } from "node:path";

const ROOT = dirname(dirname(import.meta.dirname));
export const PORTGUARD = join(ROOT, "dist", "portguard");

/** The command, run by portguard on this port, without a word of its own. */
export function guarded(port: number, command: readonly string[], flags: readonly string[] = []): string[] {
  return [PORTGUARD, "reserve", String(port), "--quiet", ...flags, "--", ...command];
}

/** Runs a command to its end and answers what it wrote to stdout. Throws where it fails. */
export async function readOutput(command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], { stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const exitCode = await child.exited;
  if (exitCode !== 0) throw new Error(`\`${command.join(" ")}\` ended with ${exitCode}: ${stderr.trim()}`);
  return stdout;
}

/** A server that runs until it is disposed of. */
export class Server implements AsyncDisposable {
  readonly #child: Subprocess;

  private constructor(command: readonly string[]) {
    this.#child = Bun.spawn([...command], { stdio: ["ignore", "ignore", "inherit"] });
  }

  /** Starts it and waits until it answers on 127.0.0.1. */
  static async start(command: readonly string[], port: number): Promise<Server> {
    const server = new Server(command);
    try {
      await answering(port, server.#child);
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.exited;
  }
}

const READY_MS = 10_000;

async function answering(port: number, child: Subprocess): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (!(await knock(port))) {
    if (child.exitCode !== null) throw new Error(`the server on port ${port} ended with ${child.exitCode}`);
    if (performance.now() > deadline) throw new Error(`the server on port ${port} did not answer in ${READY_MS} ms`);
    await Bun.sleep(2);
  }
}

/** Whether somebody accepts on this port of 127.0.0.1. */
export async function knock(port: number): Promise<boolean> {
  try {
    const socket = await connect({ hostname: "127.0.0.1", port, socket: { data: () => {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

/** A port that was free a moment ago. */
export async function pickPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
