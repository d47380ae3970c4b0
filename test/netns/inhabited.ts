import { join } from "node:path";
import { run } from "../os/own-namespace.ts";
import type { JobResult, Work } from "./jobs.ts";

/** A network namespace with an agent in it. Disposing ends the agent and deletes the namespace. */
export class Inhabited implements Disposable {
  readonly #agent: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #waiting = new Map<number, (result: JobResult) => void>();
  #last = 0;

  constructor(readonly name: string) {
    run("ip", "netns", "add", name);
    this.ip("link", "set", "lo", "up");
    this.#agent = Bun.spawn(["ip", "netns", "exec", name, process.execPath, join(import.meta.dir, "agent.ts")], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
    void this.#listen();
  }

  ip(...args: readonly string[]): string {
    return run("ip", "-n", this.name, ...args);
  }

  /** `NAME=VALUE` of /proc/sys, in there. */
  sysctl(...settings: readonly string[]): void {
    run("ip", "netns", "exec", this.name, "sysctl", "-q", "-w", ...settings);
  }

  do(work: Work): Promise<JobResult> {
    const id = ++this.#last;
    const { promise, resolve } = Promise.withResolvers<JobResult>();
    this.#waiting.set(id, resolve);
    void this.#agent.stdin.write(`${JSON.stringify({ id, ...work })}\n`);
    void this.#agent.stdin.flush();
    return promise;
  }

  /** What a program printed in there. Throws what it complained of where it failed. */
  async run(argv: readonly string[], input?: string): Promise<string> {
    const result = await this.do({ do: "run", argv, ...(input !== undefined && { input }) });
    if (result.code !== 0) throw new Error(`${argv.join(" ")}: ${result.failed ?? result.stderr}`);
    return result.stdout ?? "";
  }

  async #listen(): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of this.#agent.stdout) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#settle(JSON.parse(line) as JobResult);
    }
    for (const id of this.#waiting.keys()) this.#settle({ id, failed: `the agent in ${this.name} has ended` });
  }

  #settle(result: JobResult): void {
    this.#waiting.get(result.id)?.(result);
    this.#waiting.delete(result.id);
  }

  [Symbol.dispose](): void {
    this.#agent.kill("SIGKILL");
    run("ip", "netns", "del", this.name);
  }
}
