import { need, needThat } from "../need.ts";
import { afterAll, describe, expect, test } from "bun:test";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sighting } from "../../src/core/sighting.ts";
import { driveBare, type Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { ask, isAlive, readKills, STATE } from "../free/freeing.ts";
import { Unprivileged } from "../guard/unprivileged.ts";
import { kill, listenerOf, program, server, stage } from "../holders/scene.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "portguard-clean-")));
symlinkSync(Bun.which("node")!, join(folder, "code"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Orphan extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

/**
 * A server whose starter was killed: an orphan for certain where they talked through pipes, a likely one where only its stdin
 * has ended.
 */
async function orphan(kind: "certain" | "likely", cwd = folder): Promise<Orphan> {
  const port = freePort();
  const starters = {
    certain: [join(folder, "code"), program("editor.mjs"), "pipe"],
    likely: ["bash", "-c", 'true | "$@" > /dev/null 2>&1', "bash"],
  };
  const run: Run = stage([...starters[kind], ...server(port)], { cwd });
  const pid = await listenerOf(run, port);
  await kill(run.pid);
  return { pid, port, [Symbol.asyncDispose]: () => run[Symbol.asyncDispose]() };
}

/** Other suites have orphans of their own at the same time: each question is about these ports alone. */
const about = (...orphans: readonly Pick<Orphan, "port">[]) => orphans.flatMap(({ port }) => ["--port", String(port)]);

describe("clean", () => {
  test("lists orphans with what shows that they are, and stops nobody", async () => {
    await using one = await orphan("certain");
    await using other = await orphan("likely");
    const { exit, stdout, stderr } = await ask(["clean", ...about(one, other)]);
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: "" });
    expect(stdout).toStartWith("✗ 2 orphans have a port\n");
    expect(stdout).toContain(
      `  node (pid ${one.pid}) on 127.0.0.1:${one.port}, in ${folder}: ${server(one.port).join(" ")}\n    it is an orphan`,
    );
    expect(stdout).toContain("seen: nobody has the other end of its stdin, stdout and stderr any more");
    expect(stdout).toContain(`  node (pid ${other.pid}) on 127.0.0.1:${other.port}`);
    expect(stdout).toEndWith(
      "  `portguard clean --stop` stops the one that is certain and `portguard clean --all` asks about the one that is likely\n",
    );
    expect([one, other].map(({ pid }) => isAlive(pid))).toEqual([true, true]);
  });

  test("--stop stops those that are certain, leaves the others, and writes down what it did for its user alone", async () => {
    await using one = await orphan("certain");
    await using other = await orphan("likely");
    const { exit, stdout } = await ask(["clean", "--stop", ...about(one, other), "--json"]);
    expect(exit).toBe(1);
    const told = JSON.parse(stdout) as { orphans: unknown[]; stopped: unknown[] };
    expect(told.stopped).toMatchObject([{ pid: one.pid, role: "holder", outcome: "ended" }]);
    expect(told.orphans).toMatchObject([{ pid: other.pid, verdict: { grade: "likely" } }]);
    expect([one, other].map(({ pid }) => isAlive(pid))).toEqual([false, true]);
    expect(readKills().find(({ pid }) => pid === one.pid)).toMatchObject({
      by: "clean",
      grade: "certain",
      command: server(one.port),
      cwd: folder,
    });
    expect(statSync(join(STATE, "portguard", "kills.ndjson")).mode & 0o777).toBe(0o600);
  });

  test("--all asks about the likely ones, and with --yes stops them", async () => {
    await using likely = await orphan("likely");
    const refused = await ask(["clean", "--all", ...about(likely)]);
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain("some are not orphans for certain, and there is nobody to ask");
    expect(isAlive(likely.pid)).toBe(true);
    const { exit, stdout } = await ask(["clean", "--all", "--yes", ...about(likely)]);
    expect(stdout).toMatch(
      new RegExp(`^✓ node \\(pid ${likely.pid}\\) ended on SIGTERM in \\d+ ms\n✓ no orphan has a port\n$`),
    );
    expect(exit).toBe(0);
  });

  test("--dry-run shows whom it would stop, and --quiet says nothing", async () => {
    await using one = await orphan("certain");
    const { stdout } = await ask(["clean", "--stop", "--dry-run", ...about(one)]);
    expect(stdout).toBe(`stop  node (pid ${one.pid}) on 127.0.0.1:${one.port}: SIGTERM, 5s, SIGKILL\n`);
    expect(await ask(["clean", "--quiet", ...about(one)])).toEqual({ exit: 1, stdout: "", stderr: "" });
    expect(isAlive(one.pid)).toBe(true);
  });

  test("is held to a folder, a port or a text of the command line", async () => {
    const [here, there] = ["here", "there"].map((name) => join(folder, name)) as [string, string];
    for (const each of [here, there]) mkdirSync(each);
    await using inside = await orphan("certain", here);
    await using outside = await orphan("certain", there);
    const found = async (...words: readonly string[]) => {
      const { stdout } = await ask(["clean", "--json", ...words]);
      const { orphans } = JSON.parse(stdout) as { orphans: { pid: number }[] };
      return orphans.map(({ pid }) => pid).toSorted((a, b) => a - b);
    };
    const both = [inside.pid, outside.pid].toSorted((a, b) => a - b);
    expect(await found("--under", folder)).toEqual(both);
    expect(await found("--under", here)).toEqual([inside.pid]);
    expect(await found("--match", `server.mjs ${inside.port}`)).toEqual([inside.pid]);
    expect(await found("--match", `SERVER*${outside.port}`)).toEqual([outside.pid]);
    expect(await found("--match", `server.mjs.${outside.port}`)).toEqual([]);
    expect(await found("--under", here, ...about(outside))).toEqual([]);
  });

  test("finds nobody who is live, detached, or kept", async () => {
    const ports = [freePort(), freePort(), freePort()] as const;
    const editor = (stdio: string, port: number) => [
      join(folder, "code"),
      program("editor.mjs"),
      stdio,
      ...server(port),
    ];
    await using live = stage(editor("pipe", ports[0]), { cwd: folder });
    await using detached = stage(editor("detached", ports[1]), { cwd: folder });
    await using kept = stage(editor("pipe", ports[2]), { cwd: folder, env: { PORTGUARD_KEEP: "1" } });
    const pids = [
      await listenerOf(live, ports[0]),
      await listenerOf(detached, ports[1]),
      await listenerOf(kept, ports[2]),
    ];
    for (const { pid } of [detached, kept]) await kill(pid);
    const words = ["clean", "--all", "--yes", ...about(...ports.map((port) => ({ port })))];
    expect(await ask(words)).toEqual({ exit: 0, stdout: "✓ no orphan has a port\n", stderr: "" });
    expect(pids.map(isAlive)).toEqual([true, true, true]);
  });
});

if (need("setpriv") && needThat("root (to be two users)", process.getuid?.() === 0)) {
  describe("listeners whose owners can't be seen", () => {
    const asNobody = async (...words: readonly string[]) => {
      using nobody = new Unprivileged();
      const user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", nobody.binary, "clean"];
      const env = { HOME: "/nonexistent", XDG_STATE_HOME: join(nobody.folder, "state"), LC_ALL: "C.UTF-8" };
      mkdirSync(env.XDG_STATE_HOME);
      chownSync(env.XDG_STATE_HOME, 65_534, 65_534);
      await using run = driveBare([...user, ...words], { cwd: "/", env });
      return { exit: await run.ended(), stdout: run.stdout, stderr: run.stderr };
    };

    test("leave it open whether an orphan has a port, which is said, and is no failure of a timer", async () => {
      const port = freePort();
      await using run = stage(server(port));
      await listenerOf(run, port);
      const words = about({ port });
      expect(await asNobody(...words)).toEqual({
        exit: 3,
        stdout: `? no orphan is seen to have a port\n  the owner of one listener can't be seen without \`sudo\`: 127.0.0.1:${port}\n`,
        stderr: "",
      });
      expect(await asNobody("--stop", "--quiet", ...words)).toEqual({ exit: 3, stdout: "", stderr: "" });
      const { stdout } = await asNobody("--json", ...words);
      expect(JSON.parse(stdout)).toMatchObject({
        ok: false,
        orphans: [],
        unknown: [{ at: [{ port }], verdict: { grade: "unknown" } }],
      });
      const scheduled = await asNobody("--stop", "--scheduled", "--json", ...words);
      expect(scheduled).toMatchObject({ exit: 0, stderr: "" });
      expect(JSON.parse(scheduled.stdout)).toMatchObject({ ok: true, unknown: [{ at: [{ port }] }] });
    });

    test("are none of those that are asked about where a port is named that nobody has", async () => {
      const [port, other] = [freePort(), freePort()];
      await using run = stage(server(port));
      await listenerOf(run, port);
      expect(await asNobody(...about({ port: other }))).toMatchObject({
        exit: 0,
        stdout: "✓ no orphan has a port\n",
      });
    });
  });
}

describe("a run that nobody watches", () => {
  const file = join(STATE, "portguard", "sightings.json");
  const run = (...words: readonly string[]) => ask(["clean", "--stop", "--scheduled", "--json", ...words]);
  /** As if what the last run saw had been seen so long ago. */
  function age(minutes: number, change: (sighting: Sighting) => Sighting = (sighting) => sighting): void {
    const kept = JSON.parse(readFileSync(file, "utf8")) as { version: number; sightings: Sighting[] };
    const aged = kept.sightings.map((each) => change({ ...each, firstSeenAt: each.firstSeenAt - minutes * 60_000 }));
    writeFileSync(file, JSON.stringify({ ...kept, sightings: aged }), { mode: 0o600 });
  }

  test("stops what it has seen before, 10 minutes ago, and what was idle since, and nothing else", async () => {
    await using one = await orphan("certain");
    if (existsSync(file)) rmSync(file);
    const expectLeft = async () => {
      const { exit, stdout } = await run(...about(one));
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, stopped: [], waiting: 1, orphans: [{ pid: one.pid }] });
      expect(exit).toBe(1);
      expect(isAlive(one.pid)).toBe(true);
    };
    // The first sight of it; then one that is too young, one that has worked, and one of another process with its number.
    await expectLeft();
    age(9);
    await expectLeft();
    age(11, (sighting) => ({ ...sighting, cpuMs: (sighting.cpuMs ?? 0) - 10 }));
    await expectLeft();
    age(11, (sighting) => ({ ...sighting, born: `${sighting.born}0` }));
    await expectLeft();
    age(11);
    await until("it to be idle", async () => {
      const { stdout } = await run(...about(one));
      return (JSON.parse(stdout) as { ok: boolean }).ok;
    });
    expect(isAlive(one.pid)).toBe(false);
    expect(readKills().find(({ pid }) => pid === one.pid)).toMatchObject({ by: "schedule", grade: "certain" });
  });

  test("does not stop likely ones, however old", async () => {
    await using likely = await orphan("likely");
    await run(...about(likely));
    age(60);
    const { exit, stdout } = await run(...about(likely));
    expect(JSON.parse(stdout)).toMatchObject({ stopped: [], waiting: 0, orphans: [{ pid: likely.pid }] });
    expect(exit).toBe(1);
    expect(isAlive(likely.pid)).toBe(true);
  });
});
