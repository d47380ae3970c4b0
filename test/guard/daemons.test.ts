import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import type { Run } from "../drive.ts";
import { driveAlone, program, reserve, serverFor } from "./guarded.ts";

/** A command that starts a daemon, which will listen on `daemonPort` when it gets SIGUSR2, and then serves itself. */
async function startWithDaemon(port: number, daemonPort: number): Promise<{ run: Run; log: () => string }> {
  const script = `setsid node "$0" ${daemonPort} 127.0.0.1 --wait >"$TMPDIR/../daemon.log" 2>&1 & exec "$@"`;
  const command = ["sh", "-c", script, program("server.mjs"), ...serverFor("takeover", port)];
  const run = driveAlone({ args: reserve("takeover", port, [], command), ports: [port] });
  const log = () => readFileSync(join(run.folder, "daemon.log"), "utf8");
  await run.event("ready");
  await until("the daemon's start", () => log() === "waiting\n");
  return { run, log };
}

function findDaemon(run: Run): number | undefined {
  return run.processes().find(({ command }) => command.includes("--wait"))?.pid;
}

test("a daemon that was left can go on binding ports, and when it ends so does the guard that stayed for it", async () => {
  const { run, log } = await startWithDaemon(freePort(), 0);
  await using _run = run;
  expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  const daemon = findDaemon(run)!;
  process.kill(daemon, "SIGUSR2");
  await until("the daemon's bind", () => log() !== "waiting\n");
  expect(log()).toBe("waiting\nup\n");
  process.kill(daemon, "SIGKILL");
  await run.expectNothingLeft(5000);
});

test("what looked like a daemon and binds the reserved port after the end is ended, too", async () => {
  const port = freePort();
  const { run, log } = await startWithDaemon(port, port);
  await using _run = run;
  expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  process.kill(findDaemon(run)!, "SIGUSR2");
  await run.expectNothingLeft(5000);
  expect(log()).toBe("waiting\n");
});
