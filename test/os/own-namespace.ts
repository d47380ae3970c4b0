import { join } from "node:path";
import { Started } from "../drive/started.ts";
import { until } from "../drive/until.ts";
import type { Question } from "./programs/ask-network.ts";

let count = 0;

export function program(name: string): string {
  return join(import.meta.dir, "programs", name);
}

/** A network namespace made for one test, with its loopback up. Disposing ends what was started in it, and deletes it. */
export class OwnNamespace implements Disposable {
  readonly name = `portguard-own-${process.pid}-${++count}`;
  readonly #started: Started[] = [];

  constructor() {
    run("ip", "netns", "add", this.name);
    this.ip("link", "set", "lo", "up");
  }

  /** `ip ARGS` in there: what it printed. Throws where it failed. */
  ip(...args: readonly string[]): string {
    return run("ip", "-n", this.name, ...args);
  }

  /** Runs a program in there to its end: what it printed. */
  run(...argv: readonly string[]): string {
    return run("ip", "netns", "exec", this.name, ...argv);
  }

  /** What portguard answers in there, one for each question; a map comes as an object. */
  ask<Answer>(...questions: readonly Question[]): Answer[] {
    return JSON.parse(this.run(process.execPath, program("ask-network.ts"), JSON.stringify(questions))) as Answer[];
  }

  /** Starts a program in there, and waits until it has said something. */
  async start(...argv: readonly string[]): Promise<Started> {
    const started = new Started(["ip", "netns", "exec", this.name, ...argv], {
      cwd: import.meta.dir,
      env: process.env,
      stdio: "ignore",
    });
    this.#started.push(started);
    await until(`\`${argv.join(" ")}\` in ${this.name}`, () => {
      if (started.hasEnded) throw new Error(started.stderr);
      return started.stdout !== "";
    });
    return started;
  }

  [Symbol.dispose](): void {
    for (const started of this.#started) {
      if (!started.hasEnded) process.kill(started.pid, "SIGKILL");
      started.close();
    }
    run("ip", "netns", "del", this.name);
  }
}

/** Runs a program to its end: what it printed. Throws what it complained of where it failed. */
export function run(...argv: readonly string[]): string {
  const { success, stdout, stderr } = Bun.spawnSync([...argv], { stdin: "ignore" });
  if (!success) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
  return stdout.toString();
}
