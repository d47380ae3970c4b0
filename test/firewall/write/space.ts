import { Started } from "../../drive/started.ts";
import { until } from "../../drive/until.ts";

let count = 0;

/** A firewall's manager starts python several times before it is ready. */
const START_MS = 60_000;

/** A network namespace of one test, its loopback up. Disposing ends what was started in it, and deletes it. */
export class Space implements Disposable {
  readonly name = `portguard-rule-${process.pid}-${++count}`;
  readonly #started: Started[] = [];

  constructor() {
    runHere("ip", "netns", "add", this.name);
    this.ip("link", "set", "lo", "up");
  }

  /** `ip ARGS` in there: what it printed. Throws where it failed. */
  ip(...args: readonly string[]): string {
    return runHere("ip", "-n", this.name, ...args);
  }

  /** Runs a program in there to its end: what it printed. */
  run(...argv: readonly string[]): string {
    return runHere("ip", "netns", "exec", this.name, ...argv);
  }

  /** Starts a program in there, and waits until it has said something. */
  async start(...argv: readonly string[]): Promise<Started> {
    const started = new Started(["ip", "netns", "exec", this.name, ...argv], {
      cwd: import.meta.dir,
      env: process.env,
      stdio: "ignore",
    });
    this.#started.push(started);
    await until(
      `\`${argv.join(" ")}\` in ${this.name}`,
      () => {
        if (started.hasEnded) throw new Error(started.stderr);
        return started.stdout !== "";
      },
      START_MS,
    );
    return started;
  }

  [Symbol.dispose](): void {
    for (const started of this.#started) {
      if (!started.hasEnded) process.kill(started.pid, "SIGKILL");
      started.close();
    }
    runHere("ip", "netns", "del", this.name);
  }
}

function runHere(...argv: readonly string[]): string {
  const { success, stdout, stderr } = Bun.spawnSync([...argv], { stdin: "ignore" });
  if (!success) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
  return stdout.toString();
}
