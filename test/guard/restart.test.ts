import { describe, expect, test } from "bun:test";
import { copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, drive, driveBare, type Run } from "../drive.ts";
import { get } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { program } from "./guarded.ts";

/** `server.mjs` as a file of the run's own folder, to be broken and mended. */
async function start(port: number, ...flags: readonly string[]): Promise<Run> {
  const command = ["sh", "-c", 'until [ -e server.mjs ]; do sleep 0.01; done; exec node server.mjs "$0"', `${port}`];
  const args = ["reserve", `${port}`, "--name", "api", "--ready-timeout", "60s", ...flags, "--", ...command];
  const run = drive({ args, ports: [port] });
  copyFileSync(program("server.mjs"), fileOf(run, "server.mjs"));
  await run.event("ready");
  return run;
}

function fileOf(run: Run, name: string): string {
  return join(run.folder, "work", name);
}

/** `portguard restart`, in the state of that run. */
async function restart(of: Run, ...words: readonly string[]) {
  await using run = driveBare([binary(), "restart", ...words], { env: { XDG_STATE_HOME: of.state } });
  const code = await run.ended();
  return { code, out: run.stdout, err: run.stderr };
}

const pidOn = async (port: number) => (await get("127.0.0.1", port)).body;
const count = (run: Run, name: string) => run.events.filter(({ event }) => event === name).length;

async function expectEnds(run: Run): Promise<void> {
  expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  await run.expectNothingLeft();
}

describe("portguard restart", () => {
  test("puts a new generation in the old one's place, and answers when that is ready", async () => {
    const port = freePort();
    await using run = await start(port);
    const old = await pidOn(port);
    const { code, out, err } = await restart(run, "api");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^(?:✓|ok) api is restarted: generation 2 is ready after \d+ ms\n$/);
    await run.event("retired");
    expect(await pidOn(port)).not.toBe(old);
    expect(run.voice[1]).toBe("starting generation 2 (asked for): the old one serves until it is ready");
    const json = JSON.parse((await restart(run, "api", "--json")).out) as object;
    expect(json).toMatchObject({ schema: 1, ok: true, name: "api", generation: 3 });
    await expectEnds(run);
  });

  test("can't tell where the environment names no place for records: exit 3", async () => {
    await using run = driveBare(["env", "-u", "HOME", "-u", "XDG_STATE_HOME", binary(), "restart", "api"]);
    expect(await run.ended()).toBe(3);
    expect(run.stderr).toContain("HOME is not set, so there is no place for what portguard keeps");
    expect(run.stdout).toBe("");
  });

  test("says why it came to nothing, while the old one goes on", async () => {
    const port = freePort();
    await using run = await start(port);
    const old = await pidOn(port);
    writeFileSync(fileOf(run, "server.mjs"), "this is no program");
    const { code, out } = await restart(run, "api");
    expect(code).toBe(1);
    expect(out).toMatch(/^(?:✗|x) api is not restarted: generation 2 of \w+ ended with 1 before it was ready\n$/);
    expect(await pidOn(port)).toBe(old);
    const json = await restart(run, "api", "--json");
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      ok: false,
      name: "api",
      what: expect.stringContaining("ended with 1") as string,
    });
    await expectEnds(run);
  });

  test("knows no reservation of another name, and what can't be restarted", async () => {
    const port = freePort();
    await using run = drive({ args: ["reserve", `${port}`, "--name", "api"], ports: [port] });
    await run.event("held");
    expect(await restart(run, "apu")).toMatchObject({
      code: 1,
      out: expect.stringContaining("no reservation is called apu; did you mean api?") as string,
    });
    expect(await restart(run, "api")).toMatchObject({
      code: 1,
      out: expect.stringContaining("it has no command that could be restarted") as string,
    });
    await expectEnds(run);
  });

  test("tells that the reservation does not answer", async () => {
    const port = freePort();
    await using run = await start(port);
    rmSync(join(run.state, "portguard/reservations/api.sock"));
    const { code, err } = await restart(run, "api");
    expect(code).toBe(3);
    expect(err).toContain("portguard: the reservation api does not answer: ");
    await expectEnds(run);
  });
});

describe("--watch", () => {
  test("restarts for a file that changes, once for many at a time, and for nothing else", async () => {
    const port = freePort();
    await using run = await start(port, "--watch", "*.mjs", "--watch", "conf/**");
    const first = await pidOn(port);
    // It is told when all is being watched by a change that is seen, and not before.
    let writtenAt = Number.NEGATIVE_INFINITY;
    await until("the watch", () => {
      // What is written without a pause is one change that does not end.
      if (performance.now() - writtenAt < 500) return false;
      writtenAt = performance.now();
      writeFileSync(fileOf(run, "seen.mjs"), `${writtenAt}`);
      return count(run, "file-changed") > 0;
    });
    await until("the new generation", async () => (await pidOn(port)) !== first);
    await until("the last of what that caused", () => count(run, "retired") === count(run, "restarting"));
    const before = count(run, "restarting");
    writeFileSync(fileOf(run, "notes.txt"), "no");
    for (const name of ["a.mjs", "b.mjs", "c.mjs"]) writeFileSync(fileOf(run, name), "many");
    await until("one restart", () => count(run, "restarting") === before + 1);
    await until("its end", () => count(run, "retired") === before + 1);
    // An editor writes beside the file, and gives it the name then.
    writeFileSync(fileOf(run, "server.tmp"), "this is no program");
    renameSync(fileOf(run, "server.tmp"), fileOf(run, "server.mjs"));
    await run.event("restart-failed");
    const serving = await pidOn(port);
    copyFileSync(program("server.mjs"), fileOf(run, "server.mjs"));
    await until("the mended one", async () => (await pidOn(port)) !== serving);
    const changed = run.events.filter(({ event }) => event === "file-changed").map(({ path }) => path);
    expect(changed.filter((path) => !/^(?:seen|a|b|c|server)\.mjs$/.test(String(path)))).toEqual([]);
    expect(run.voice).toContain("server.mjs has changed");
    await expectEnds(run);
  });
});

test("without its folder a restart comes to nothing, and the old generation goes on", async () => {
  const port = freePort();
  await using run = await start(port);
  const serving = await pidOn(port);
  rmSync(join(run.folder, "work"), { recursive: true });
  run.signal("SIGHUP");
  await run.event("restart-failed");
  expect(run.voice).toContain("restart failed: the folder that it runs in was deleted: generation 1 goes on serving");
  expect(await pidOn(port)).toBe(serving);
  await expectEnds(run);
});
