import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { driveAlone, driveBelow, reserve, serverFor, type Way, WAYS } from "./guarded.ts";

const sh = (script: string, ...args: string[]) => ["sh", "-c", script, "sh", ...args];

/** A server that is ready, on a port of its own. */
async function serve(way: Way | "auto", flags: readonly string[], command: (port: number) => readonly string[]) {
  const port = freePort();
  const run = driveAlone({ args: reserve(way, port, flags, command(port)), ports: [port] });
  await run.event("ready");
  return run;
}

const serveByTakeover = (flags: readonly string[], ...serverFlags: string[]) =>
  serve("takeover", flags, (port) => serverFor("takeover", port, ...serverFlags));

/** Portguard ended as the command did, said what `ready` said and no more, and nothing is left. */
async function expectQuietEnd(
  run: Run,
  end: number | NodeJS.Signals,
  stdout: string,
  said: readonly string[] = [],
): Promise<void> {
  expect(await run.ended()).toBe(end);
  await run.expectNothingLeft();
  expect(run.stdout).toBe(stdout);
  expect(run.voice.filter((line) => !line.includes(" handed to "))).toEqual([...said]);
}

describe.each(WAYS)("by %s", (way) => {
  test.each([0, 3, 126, 127, 255])("the command's exit code %d is ours", async (code) => {
    const port = freePort();
    await using run = driveAlone({ args: reserve(way, port, [], sh(`echo out; exit ${code}`)), ports: [port] });
    expect(await run.ended()).toBe(code);
    expect(run.stdout).toBe("out\n");
    await run.expectNothingLeft();
  });

  test.each(["SIGTERM", "SIGKILL", "SIGHUP", "SIGPIPE", "SIGUSR1", "SIGABRT", "SIGSEGV"] as const)(
    "the command's death by %s is raised again",
    async (signal) => {
      const port = freePort();
      const args = reserve(way, port, [], sh(`kill -${signal.slice(3)} $$`));
      await using run = driveAlone({ args, ports: [port] });
      expect(await run.ended()).toBe(signal);
      await run.expectNothingLeft();
    },
  );

  test.each(["SIGTERM", "SIGINT", "SIGQUIT"] as const)("%s without a terminal reaches the server", async (signal) => {
    await using run = await serve(way, [], (port) => serverFor(way, port));
    run.signal(signal);
    await expectQuietEnd(run, signal, "up\n");
  });

  test("a server that ignores SIGTERM is killed when its grace is over", async () => {
    await using run = await serve(way, ["--grace", "1s"], (port) => serverFor(way, port, "--hear", "SIGTERM"));
    const begin = performance.now();
    run.signal("SIGTERM");
    await expectQuietEnd(run, "SIGKILL", "up\ngot SIGTERM\n", [
      "warning: node did not end within 1 s: killed",
      "hint: `--grace` gives it longer to end",
    ]);
    expect(performance.now() - begin).toBeGreaterThan(1000);
  });

  test("what a wrapper leaves behind is ended", async () => {
    await using run = await serve(way, [], (port) => sh('"$@" & wait', ...serverFor(way, port)));
    run.signal("SIGTERM");
    await expectQuietEnd(run, "SIGTERM", "up\n");
  });

  test("what a wrapper leaves behind is killed when its grace is over, and named", async () => {
    const leave = (port: number) => sh('"$@" & wait', ...serverFor(way, port, "--hear", "SIGTERM"));
    await using run = await serve(way, ["--grace", "1s"], leave);
    const pid = run.processes().find(({ command }) => command.startsWith("node "))?.pid;
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft();
    expect(run.stdout).toBe("up\ngot SIGTERM\n");
    expect(run.voice).toContainEqual(expect.stringContaining(`killed what the command had left: node (pid ${pid})`));
  });
});

describe("signals that are not meant for portguard", () => {
  test("SIGUSR1, SIGUSR2 and a second SIGINT reach the server, once each and in order", async () => {
    const heard = ["SIGUSR2", "SIGINT"].flatMap((signal) => ["--hear", signal]);
    await using run = await serveByTakeover([], ...heard);
    for (const [count, signal] of (["SIGUSR2", "SIGINT", "SIGINT", "SIGUSR2"] as const).entries()) {
      run.signal(signal);
      await until(signal, () => run.stdout.split("\n").length === count + 3);
    }
    run.signal("SIGTERM");
    await expectQuietEnd(run, "SIGTERM", "up\ngot SIGUSR2\ngot SIGINT\ngot SIGINT\ngot SIGUSR2\n");
  });

  test("a second SIGTERM does not end it sooner", async () => {
    await using run = await serveByTakeover(["--grace", "1s"], "--hear", "SIGTERM");
    const begin = performance.now();
    run.signal("SIGTERM");
    await until("the first", () => run.stdout.includes("got SIGTERM"));
    run.signal("SIGTERM");
    expect(await run.ended()).toBe("SIGKILL");
    expect(performance.now() - begin).toBeGreaterThan(1000);
    await run.expectNothingLeft();
  });
});

test("a script run by npm is ended with all that npm started", async () => {
  const port = freePort();
  await using run = driveAlone({
    args: reserve("auto", port, [], ["npm", "run", "--silent", "dev"]),
    ports: [port],
    env: { npm_config_update_notifier: "false", npm_config_cache: "/nonexistent" },
  });
  const scripts = { dev: serverFor("takeover", port).join(" ") };
  writeFileSync(join(run.folder, "work/package.json"), JSON.stringify({ scripts }));
  await run.event("ready");
  run.signal("SIGTERM");
  // Versions of npm differ in how they pass on that their script died by a signal.
  expect(["SIGTERM", 143]).toContain(await run.ended());
  await run.expectNothingLeft();
});

test("portguard leaves no core file of its own where the command dies by SIGSEGV", async () => {
  const args = reserve("takeover", freePort(), [], sh("ulimit -c 0; kill -SEGV $$"));
  await using run = driveBelow('ulimit -c unlimited; exec setsid "$@"', { args });
  expect(await run.ended()).toBe("SIGSEGV");
  expect(readdirSync(join(run.folder, "work"))).toEqual([]);
});

test("under nohup SIGHUP is ignored by the command as by portguard, and ends neither", async () => {
  const port = freePort();
  const args = reserve("takeover", port, [], ["sleep", "600"]);
  await using run = driveBelow('trap "" HUP; exec setsid "$@"', { args, ports: [port] });
  const { pid } = await run.event("started");
  for (const each of [Number(pid), run.pid]) expect(ignoresHangUp(each)).toBeTrue();
  run.signal("SIGHUP");
  expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  await run.expectNothingLeft();
});

/** SIGHUP is signal 1: the lowest bit. */
function ignoresHangUp(pid: number): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (BigInt(`0x${mask}`) & 1n) === 1n;
}
