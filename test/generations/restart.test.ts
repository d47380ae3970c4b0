import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import type { Run } from "../drive.ts";
import type { Way } from "../guard/guarded.ts";
import {
  answerer,
  eventOf,
  LISTEN_AND_HANG,
  pidOf,
  Script,
  serves,
  startCommand,
  startServer,
  story,
} from "./succession.ts";

const ROLLING = ["takeover", "inherit"] as const;

describe.each(ROLLING)("SIGHUP puts a new generation into the place of the old one by %s", (way) => {
  test("which serves until the new one does, and is then stopped", async () => {
    await using started = await startServer(way);
    const { run, port } = started;
    const old = await pidOf(run, 1);
    run.signal("SIGHUP");
    await eventOf(run, "retired", 1);
    const pid = await pidOf(run, 2);
    expect(pid).not.toBe(old);
    expect(await answerer(port)).toBe(pid);
    expect(story(run)).toEqual(["started 1", "ready 1", "restarting 2", "started 2", "ready 2", "retired 1"]);
    expect(await eventOf(run, "restarting", 2)).toMatchObject({ because: "signal", mode: "rolling", mayRefuse: false });
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft();
    expect(run.voice.slice(1)).toEqual([
      "starting generation 2 (SIGHUP): the old one serves until it is ready",
      expect.stringMatching(
        new RegExp(`^generation 2: ${port} handed to node \\(pid ${pid}\\) by ${way}: .+ ready in \\d+ ms$`),
      ),
    ]);
  });

  test("and an old one that ignores SIGTERM is killed when its grace is over", async () => {
    await using started = await startServer(way, ["--grace", "1s"], "--hear", "SIGTERM");
    const { run, port } = started;
    run.signal("SIGHUP");
    expect(await eventOf(run, "retired", 1)).toMatchObject({ exit: { kind: "signal", signal: "SIGKILL" } });
    expect(run.voice).toContain("warning: node did not end within 1 s: killed");
    expect(await answerer(port)).toBe(await pidOf(run, 2));
    expect(await run.stop("SIGTERM")).toBe("SIGKILL");
    await run.expectNothingLeft();
  });

  test("two within a millisecond are at most two restarts, and one generation is left", async () => {
    await using started = await startServer(way);
    const { run, port } = started;
    run.signal("SIGHUP");
    run.signal("SIGHUP");
    await eventOf(run, "retired", 1);
    const last = () => Math.max(...run.events.map((event) => Number(event["generation"] ?? 0)));
    await until("the last one alone", () => story(run).includes(`retired ${last() - 1}`));
    expect(last()).toBeLessThanOrEqual(3);
    expect(await answerer(port)).toBe(await pidOf(run, last()));
    expect(run.processes().filter(({ command }) => command.startsWith("node "))).toHaveLength(1);
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft();
  });
});

test("by release the old one is stopped first, and that is said", async () => {
  await using started = await startServer("release");
  const { run, port } = started;
  run.signal("SIGHUP");
  await eventOf(run, "ready", 2);
  expect(story(run)).toEqual(["started 1", "ready 1", "restarting 2", "retired 1", "started 2", "ready 2"]);
  expect(run.voice).toContain(
    "starting generation 2 (SIGHUP): the old one is stopped first, and clients may be refused meanwhile",
  );
  expect(await answerer(port)).toBe(await pidOf(run, 2));
  expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  await run.expectNothingLeft();
});

describe("a new generation that never becomes ready leaves the old one serving, and that is said:", () => {
  /** What the next start does, with the port; and what is said of it. */
  const broken: readonly [what: string, script: (port: number) => string, said: RegExp][] = [
    ["it has a syntax error", () => "exec node --eval 'let let'\n", /^sh ended with 1 before it was ready$/],
    ["it dies", () => "kill -KILL $$\n", /^sh ended by SIGKILL before it was ready$/],
    ["it hangs", () => "exec sleep 600\n", /^sh was not ready in time$/],
    ["it serves on a wrong port", () => serves("takeover", freePort()), /^sh was not ready in time$/],
    [
      "it listens on the port and then hangs",
      (port) => `exec python3 -c '${LISTEN_AND_HANG}' ${port}\n`,
      /^sh was not ready in time$/,
    ],
    [
      "it wants another address of the port",
      (port) => serves("takeover", port, "0.0.0.0"),
      /^sh can't run beside the old one: process \d+ asked for 0.0.0.0:\d+ while process \d+ serves on \[::\]:\d+$/,
    ],
  ];

  test.each(broken)("%s", async (_, brokenScript, said) => {
    const port = freePort();
    using script = new Script(serves("takeover", port));
    const flags = ["--ready-timeout", "1s", "--restart-mode", "rolling"];
    await using started = await startCommand("takeover", port, flags, script.command);
    const { run } = started;
    script.write(brokenScript(port));
    run.signal("SIGHUP");
    const failed = await eventOf(run, "restart-failed", 2);
    expect(failed["serving"]).toBe(1);
    expect(String(failed["what"]).replace("generation 2 of ", "")).toMatch(said);
    await eventOf(run, "retired", 2);
    expect(await answerer(port)).toBe(await pidOf(run, 1));
    expect(run.voice).toContainEqual(expect.stringMatching(/^restart failed: .*: generation 1 goes on serving$/));
    script.write(serves("takeover", port));
    run.signal("SIGHUP");
    await eventOf(run, "retired", 1);
    expect(await answerer(port)).toBe(await pidOf(run, 3));
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft();
  });
});

const VICTIMS = ["the front", "the guard of the old one", "the guard of the new one"] as const;

/** The parent of a generation's command. */
async function guardOf(run: Run, generation: number): Promise<number> {
  const stat = readFileSync(`/proc/${await pidOf(run, generation)}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

describe("while a new generation starts", () => {
  async function startWithSlowSecond(way: Way) {
    const port = freePort();
    const script = new Script(serves(way, port));
    const started = await startCommand(way, port, [], script.command);
    script.write(serves(way, port, "--wait"));
    started.run.signal("SIGHUP");
    await until("the second one", () => started.run.stdout.includes("waiting"));
    script[Symbol.dispose]();
    return started;
  }

  test.each(ROLLING)("SIGTERM ends both, by %s", async (way) => {
    await using started = await startWithSlowSecond(way);
    expect(await started.run.stop("SIGTERM")).toBe("SIGTERM");
    await started.run.expectNothingLeft();
  });

  test.each(VICTIMS.flatMap((victim) => ROLLING.map((way) => [victim, way] as const)))(
    "SIGKILL to %s leaves nothing of either, by %s",
    async (victim, way) => {
      await using started = await startWithSlowSecond(way);
      const { run } = started;
      process.kill(
        victim === "the front" ? run.pid : await guardOf(run, victim === "the guard of the old one" ? 1 : 2),
        "SIGKILL",
      );
      expect(await run.ended()).toBe(victim === "the front" ? "SIGKILL" : 125);
      await run.expectNothingLeft(5000);
    },
  );

  test.each([0, 3, 6, 9, 12, 20])("SIGTERM %d ms after SIGHUP leaves nothing of either", async (afterMs) => {
    await using started = await startServer("takeover");
    const { run } = started;
    run.signal("SIGHUP");
    await Bun.sleep(afterMs);
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft();
  });

  test("the end of the old one is not the end of all", async () => {
    await using started = await startWithSlowSecond("takeover");
    const { run, port } = started;
    process.kill(await pidOf(run, 1), "SIGKILL");
    await until("its end", () => run.processes().filter(({ command }) => command.startsWith("node ")).length === 1);
    process.kill(await pidOf(run, 2), "SIGUSR2");
    await eventOf(run, "ready", 2);
    expect(await answerer(port)).toBe(await pidOf(run, 2));
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft();
  });
});

describe("while the old generation is being stopped", () => {
  test.each(VICTIMS)("SIGKILL to %s leaves nothing of either", async (victim) => {
    await using started = await startServer("takeover", ["--grace", "60s"], "--hear", "SIGTERM");
    const { run } = started;
    run.signal("SIGHUP");
    await eventOf(run, "ready", 2);
    await until("the old one to be told", () => run.stdout.includes("got SIGTERM"));
    const guard = victim === "the guard of the old one" ? 1 : 2;
    process.kill(victim === "the front" ? run.pid : await guardOf(run, guard), "SIGKILL");
    expect(await run.ended()).toBe(victim === "the front" ? "SIGKILL" : 125);
    await run.expectNothingLeft(5000);
  });
});

test("a server that wants another address of its port is restarted by stopping the old one first", async () => {
  const port = freePort();
  using script = new Script(serves("takeover", port, "127.0.0.1"));
  await using started = await startCommand("takeover", port, [], script.command);
  const { run } = started;
  script.write(serves("takeover", port, "0.0.0.0"));
  run.signal("SIGHUP");
  await eventOf(run, "ready", 3);
  expect(await eventOf(run, "not-beside", 2)).toMatchObject({ because: expect.stringContaining("0.0.0.0") });
  expect(await answerer(port)).toBe(await pidOf(run, 3));
  expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  await run.expectNothingLeft();
});

describe("a program that can't run twice is restarted by stopping the old one first, which is said:", () => {
  /** What the program does before it serves, in a shell of its own folder; and what portguard says of it. */
  const exclusive: readonly [what: string, script: string, said: RegExp][] = [
    ["it has a lock", "exec 9>lock; flock -n 9 || { echo locked >&2; exit 1; }", / has a lock on .*\/lock \(pid \d+\)/],
    [
      "it has a pid file",
      "kill -0 $(cat app.pid 2>/dev/null) 2>/dev/null && exit 1; echo $$ >app.pid",
      / has a pid file, .*\/app\.pid /,
    ],
  ];

  test.each(exclusive)("%s", async (_, guards, said) => {
    const port = freePort();
    using script = new Script("");
    script.write(`cd ${script.folder}; ${guards}; ${serves("takeover", port)}`);
    await using started = await startCommand("takeover", port, [], script.command);
    const { run } = started;
    run.signal("SIGHUP");
    await eventOf(run, "ready", 3);
    expect(String((await eventOf(run, "not-beside", 2))["because"])).toMatch(said);
    expect(await answerer(port)).toBe(await pidOf(run, 3));
    // The next one is not even tried beside it.
    run.signal("SIGHUP");
    await eventOf(run, "ready", 4);
    expect(story(run).slice(-4)).toEqual(["restarting 4", "retired 3", "started 4", "ready 4"]);
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft();
  });

  test("not where it has run twice before", async () => {
    const port = freePort();
    using script = new Script("");
    script.write(`exec 9>${script.folder}/unrelated; flock -n 9; ${serves("takeover", port)}`);
    await using started = await startCommand("takeover", port, [], script.command);
    const { run } = started;
    run.signal("SIGHUP");
    await eventOf(run, "retired", 1);
    script.write("exit 1\n");
    run.signal("SIGHUP");
    expect(await eventOf(run, "restart-failed", 3)).toMatchObject({ serving: 2 });
    expect(await answerer(port)).toBe(await pidOf(run, 2));
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft();
  });
});
