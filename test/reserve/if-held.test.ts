import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DriveOptions, drive, type Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { isAlive, readKills, STATE } from "../free/freeing.ts";
import { kill, listenerOf, program, server, stage } from "../holders/scene.ts";
import { need } from "../need.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "portguard-if-held-")));
beforeAll(() => symlinkSync(Bun.which("node")!, join(folder, "code")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function reserve(port: number, ifHeld: readonly string[], options: Partial<DriveOptions> = {}): Run {
  const args = ["reserve", String(port), "--if-held", ...ifHeld, "--", ...server(port)];
  return drive({ args, ports: [port], ...options, env: { XDG_STATE_HOME: STATE, ...options.env } });
}

/** A server that was left by an editor that was killed. */
async function orphan(port: number): Promise<{ run: Run; pid: number }> {
  const run = stage([join(folder, "code"), program("editor.mjs"), "pipe", ...server(port)]);
  const pid = await listenerOf(run, port);
  await kill(run.pid);
  return { run, pid };
}

describe("--if-held stop-orphan", () => {
  test("stops what is an orphan for certain, says so, and starts in its place", async () => {
    const port = freePort();
    const { run: left, pid } = await orphan(port);
    await using _left = left;
    await using run = reserve(port, ["stop-orphan"]);
    expect(await run.event("cleared")).toMatchObject({ port, stopped: [{ pid, name: "node" }] });
    expect(await run.event("ready")).toMatchObject({ bound: [{ at: { port } }] });
    expect(run.voice[0]).toBe(`port ${port} was held by node (pid ${pid}): stopped`);
    expect(isAlive(pid)).toBe(false);
    expect(readKills().find((each) => each.pid === pid)).toMatchObject({ by: "reserve", grade: "certain" });
    await run.stop();
    await run.expectNothingLeft();
  });

  test("leaves a server that is wanted, and says why", async () => {
    const port = freePort();
    await using other = stage(server(port));
    const pid = await listenerOf(other, port);
    await using run = reserve(port, ["stop-orphan"]);
    expect(await run.ended()).toBe(125);
    expect(run.voice[0]).toContain(`port ${port} is held by node (pid ${pid})`);
    expect(run.voice.at(-1)).toMatch(/^hint: it is .*; `--if-held stop` stops it all the same$/);
    expect(isAlive(pid)).toBe(true);
  });

  test("starts as ever where nobody holds the port", async () => {
    const port = freePort();
    await using run = reserve(port, ["stop-orphan"]);
    await run.event("ready");
    expect(run.events.map(({ event }) => event)).not.toContain("cleared");
    await run.stop();
  });
});

describe("--if-held stop", () => {
  test("stops a server that is wanted with --yes only, where nobody can be asked", async () => {
    const port = freePort();
    await using other = stage(server(port));
    const pid = await listenerOf(other, port);
    await using refused = reserve(port, ["stop"]);
    expect(await refused.ended()).toBe(125);
    expect(refused.voice.at(-1)).toContain("nobody is there to be asked: add --yes");
    expect(isAlive(pid)).toBe(true);
    await using run = reserve(port, ["stop", "--yes"]);
    await run.event("ready");
    expect(isAlive(pid)).toBe(false);
    await run.stop();
    await run.expectNothingLeft();
  });

  test("asks on a terminal", async () => {
    const port = freePort();
    await using other = stage(server(port));
    const pid = await listenerOf(other, port);
    await using run = reserve(port, ["stop"], { terminal: true });
    await until("the question", () => run.screen.includes(`free ${port}? [y/N]`));
    expect(run.screen).toContain(`stop  node (pid ${pid}) on 127.0.0.1:${port}`);
    run.write("y\r");
    await run.event("ready");
    expect(isAlive(pid)).toBe(false);
    await run.stop();
  });
});

test("--if-held next takes the next free port", async () => {
  const port = freePort();
  await using other = stage(server(port));
  await listenerOf(other, port);
  await using run = drive({ args: ["reserve", String(port), "--if-held", "next", "--for", "60s"] });
  const { to } = await run.event("moved");
  expect(to).toBeGreaterThan(port);
  await run.stop();
});

if (need("git")) {
  describe("--if-held reuse", () => {
    const main = join(folder, "shop");
    const further = join(folder, "shop-fix");
    const plain = join(folder, "plain");
    const git = (...words: readonly string[]) => {
      const identity = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"];
      const { success, stderr } = Bun.spawnSync(["git", "-C", main, ...identity, ...words]);
      if (!success) throw new Error(stderr.toString());
    };
    beforeAll(() => {
      for (const each of [join(main, "web"), plain]) mkdirSync(each, { recursive: true });
      git("init", "--quiet");
      git("commit", "--quiet", "--allow-empty", "--message", "start");
      git("worktree", "add", "--quiet", further);
    });

    test("starts nothing where this work tree's own server answers: its URL is the answer", async () => {
      const port = freePort();
      await using first = reserve(port, ["reuse"], { cwd: main });
      await first.event("ready");
      await using second = reserve(port, ["reuse"], { cwd: join(main, "web") });
      expect(await second.ended()).toBe(0);
      expect(second.stdout).toBe(`http://127.0.0.1:${port}\n`);
      expect(second.events.map(({ event }) => event)).toEqual(["reused"]);
      expect(second.voice).toEqual([
        expect.stringMatching(
          new RegExp(`^${port} is served by node \\(pid \\d+\\) of this folder: nothing is started$`),
        ),
      ]);
      expect(first.events.map(({ event }) => event)).not.toContain("exit");
      await first.stop();
    });

    test("does so under the name that the first one has", async () => {
      const port = freePort();
      const named = ["reuse", "--name", `shop-${port}`];
      await using first = reserve(port, named, { cwd: main });
      await first.event("ready");
      await using second = reserve(port, named, { cwd: main });
      expect(await second.ended()).toBe(0);
      expect(second.stdout).toBe(`http://127.0.0.1:${port}\n`);
      await first.stop();
    });

    test("never takes another work tree's server for its own", async () => {
      const port = freePort();
      await using first = stage(server(port), { cwd: main });
      const pid = await listenerOf(first, port);
      for (const cwd of [further, folder]) {
        await using second = reserve(port, ["reuse"], { cwd });
        expect(await second.ended()).toBe(125);
        expect(second.stdout).toBe("");
        expect(second.voice.at(-1)).toContain("it is not of this work tree");
      }
      expect(isAlive(pid)).toBe(true);
    });

    test("with --auto takes the next free port where another work tree has this one, and says so", async () => {
      const port = freePort();
      await using first = stage(server(port), { cwd: main });
      const pid = await listenerOf(first, port);
      await using second = reserve(port, ["reuse", "--auto"], { cwd: further });
      expect(await second.event("moved")).toMatchObject({ from: port });
      expect(second.voice[0]).toMatch(
        new RegExp(`^took \\d+ instead of ${port}: ${port} is held by node \\(pid ${pid}\\)`),
      );
      await second.stop();
    });

    test("goes by the very folder where there is no work tree", async () => {
      const port = freePort();
      await using first = stage(server(port), { cwd: plain });
      await listenerOf(first, port);
      await using same = reserve(port, ["reuse"], { cwd: plain });
      expect(await same.ended()).toBe(0);
      expect(same.stdout).toBe(`http://127.0.0.1:${port}\n`);
      await using other = reserve(port, ["reuse"], { cwd: folder });
      expect(await other.ended()).toBe(125);
    });

    test("does not take for a server what does not answer", async () => {
      const port = freePort();
      await using first = drive({ args: ["reserve", String(port)], cwd: main });
      await first.event("held");
      await using second = reserve(port, ["reuse", "--ready-timeout", "300ms"], { cwd: main });
      expect(await second.ended()).toBe(125);
      expect(second.voice.at(-1)).toContain("it does not answer");
      await first.stop();
    });

    test.each([[[]], [["--auto"]]])(
      "of two that start at once, one serves and the other has its URL %p",
      async (more) => {
        const port = freePort();
        await using one = reserve(port, ["reuse", ...more], { cwd: main });
        await using other = reserve(port, ["reuse", ...more], { cwd: main });
        const [serving, reusing] = await until("one to serve", () => {
          const events = [one, other].map((run) => run.events.map(({ event }) => event));
          if (events[0]?.includes("ready") && events[1]?.includes("reused")) return [one, other] as const;
          return events[1]?.includes("ready") && events[0]?.includes("reused") ? ([other, one] as const) : undefined;
        });
        expect(await reusing.ended()).toBe(0);
        expect(reusing.stdout).toBe(`http://127.0.0.1:${port}\n`);
        await serving.stop();
      },
    );
  });
}
