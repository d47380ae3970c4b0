import { describe, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, driveBare, type Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { type LiveProcess, listensOn } from "../drive/processes.ts";
import { bindsPlainly } from "../drive/plain-bind.ts";
import { until } from "../drive/until.ts";
import { server, stage, type Told } from "../holders/scene.ts";
import { ask, isAlive, portguard, STATE } from "./freeing.ts";

let count = 0;
/** No two tests have a reservation of one name. */
const newName = () => `test-${process.pid}-${++count}`;

async function holders(port: number | string) {
  const { stdout } = await ask(["who", port, "--json"]);
  return (JSON.parse(stdout) as Told).holders;
}

/** The steps of a plan: their verbs, and what each says. */
async function planOf(...words: readonly (string | number)[]) {
  const { stdout } = await ask(["free", ...words, "--dry-run"]);
  const lines = stdout.trimEnd().split("\n");
  return lines.map((line) => {
    const [, verb = "", what = ""] = /^(\w+) +(.*)$/.exec(line) ?? [];
    return { verb, what };
  });
}

/** Everybody who has the port names the reservation, and its way to stop it: never a process that portguard keeps beside itself. */
async function expectNamed(port: number | string, name: string): Promise<void> {
  const found = await holders(port);
  expect(found).not.toEqual([]);
  for (const { grade, stop, startedBy, because } of found) {
    expect({ grade, stop, kind: startedBy?.kind }).toEqual({
      grade: "managed",
      kind: "reservation",
      stop: { what: "end its reservation", commands: [["portguard", "free", "--name", name]], risk: "none" } as never,
    });
    expect(because).toEndWith(name);
  }
}

/** The command's server itself: portguard may have the same socket. */
async function serverOf(run: Run, port: number): Promise<number> {
  const isIt = ({ pid, command }: LiveProcess) => command.startsWith("node") && listensOn(pid, port);
  return until(`a server on ${port}`, () => run.processes().find(isIt)?.pid);
}

async function expectEnded(run: Run, name: string, ...ports: readonly number[]): Promise<void> {
  const { exit, stdout } = await ask(["free", "--name", name, "--yes"]);
  expect(stdout.split("\n")[0]).toMatch(
    new RegExp(`^✓ ${ports[0]} is free: \\w+ \\(pid ${run.pid}\\) ended on SIGTERM`),
  );
  expect(exit).toBe(0);
  await run.ended();
  for (const port of ports) expect(bindsPlainly("127.0.0.1", port)).toBe(true);
}

describe("a reservation is told by its name, planned once, and ended by it", () => {
  test("with a command, which serves on one port of two", async () => {
    const [web, spare, name] = [freePort(), freePort(), newName()];
    await using run = portguard(["reserve", `web=${web}`, `spare=${spare}`, "--name", name, "--", ...server(web)]);
    const pid = await serverOf(run, web);
    await until("its record", async () => (await ask(["list", "--name", name])).exit === 0);
    await expectNamed(web, name);
    await expectNamed(spare, name);
    expect(await planOf(web)).toEqual([
      { verb: "ask", what: `node (pid ${pid}) is guarded by portguard, as ${name}` },
      { verb: "stop", what: expect.stringContaining(`(pid ${run.pid}), which guards it and ends it with itself`) },
      { verb: "prove", what: `bind tcp ${web} on every address, and let go` },
    ]);
    expect((await planOf("--name", name)).map(({ verb }) => verb)).toEqual(["ask", "stop", "prove", "prove"]);
    await expectEnded(run, name, web, spare);
  });

  test("without one", async () => {
    const [port, name] = [freePort(), newName()];
    await using run = portguard(["reserve", port, "--name", name]);
    await until("the hold", () => run.stderr.includes("held on"));
    await expectNamed(port, name);
    expect(await planOf(port)).toMatchObject([
      { verb: "ask", what: `portguard (pid ${run.pid}) is the reservation ${name}` },
      { verb: "stop", what: expect.stringContaining(`portguard (pid ${run.pid}), which holds it`) },
      { verb: "prove" },
    ]);
    const { stdout } = await ask(["who", port]);
    expect(stdout).toContain(`\n  started:  as the reservation ${name}, from ${run.folder}/work\n`);
    await expectEnded(run, name, port);
  });

  test("held by a process of its own, and adopted from that one", async () => {
    const [port, name] = [freePort(), newName()];
    await using held = portguard(["reserve", port, "--name", name, "--detach"]);
    expect(await held.ended()).toBe(0);
    await expectNamed(port, name);
    expect((await planOf(port)).map(({ verb }) => verb)).toEqual(["ask", "stop", "prove"]);
    await using run = portguard(["reserve", "--adopt", name, "--", ...server(port)]);
    const pid = await serverOf(run, port);
    await until("its record", async () => (await holders(port)).some(({ process }) => process?.pid === pid));
    await expectNamed(port, name);
    await expectEnded(run, name, port);
  });

  test("by UDP", async () => {
    const [port, name] = [freePort(), newName()];
    await using run = portguard(["reserve", `${port}/udp`, "--name", name]);
    await until("the hold", () => run.stderr.includes("held on"));
    await expectNamed(`${port}/udp`, name);
    const { exit, stdout } = await ask(["free", `${port}/udp`, "--yes"]);
    expect(stdout).toStartWith(`✓ ${port}/udp is free: portguard (pid ${run.pid}) ended on SIGTERM`);
    expect(exit).toBe(0);
  });

  test("whatever portguard's file is called", async () => {
    const [port, name] = [freePort(), newName()];
    const folder = mkdtempSync(join(tmpdir(), "portguard-renamed-"));
    const renamed = join(folder, "pg");
    copyFileSync(binary(), renamed);
    await using run = driveBare([renamed, "reserve", String(port), "--name", name, "--", ...server(port)], {
      env: { XDG_STATE_HOME: STATE },
    });
    const pid = await serverOf(run, port);
    await until("its record", async () => (await ask(["list", "--name", name])).exit === 0);
    await expectNamed(port, name);
    expect((await holders(port)).map(({ process }) => process?.pid)).toContain(pid);
    await expectEnded(run, name, port);
    rmSync(folder, { recursive: true });
  });
});

test("a name that no reservation has is the verb's no", async () => {
  const { exit, stderr } = await ask(["free", "--name", "nobody-has-it", "--yes"]);
  expect(stderr).toStartWith("portguard: no reservation is called nobody-has-it\n");
  expect(exit).toBe(1);
});

test("what was picked is let go of", async () => {
  await using picked = portguard(["pick", "--for", "10m"]);
  expect(await picked.ended()).toBe(0);
  const port = Number(picked.stdout);
  const [holder] = await holders(port);
  const name = String(holder?.startedBy?.name);
  await expectNamed(port, name);
  const { exit, stdout } = await ask(["free", port, "--yes"]);
  expect(stdout).toStartWith(`✓ ${port} is free: portguard (pid ${holder?.process?.pid}) ended on SIGTERM`);
  expect(exit).toBe(0);
});

test("a server that a reservation's command has on a port of its own is not taken for what is reserved", async () => {
  const [port, other, name] = [freePort(), freePort(), newName()];
  await using run = portguard(["reserve", port, "--name", name, "--", ...server(port, other)]);
  const pid = await serverOf(run, other);
  await until("its record", async () => (await ask(["list", "--name", name])).exit === 0);
  const found = (await holders(other)).find(({ process }) => process?.pid === pid);
  expect(found?.because).toBe(`run by portguard, as ${name}, on a port that it has not reserved`);
  const { exit, stdout } = await ask(["free", other, "--yes"]);
  expect(stdout).toContain(
    `portguard (pid ${run.pid}) runs it, and has not reserved this port; end its reservation: \`portguard free --name ${name}\``,
  );
  expect(exit).toBe(1);
  expect(isAlive(pid)).toBe(true);
});

describe("whoever portguard runs below is refused, with a way that works", () => {
  const way = "end it yourself, or run portguard from a shell that does not run below it";

  test("a server", async () => {
    const port = freePort();
    const words = [binary(), "free", String(port), "--yes"];
    const above = join(import.meta.dir, "programs", "server-above.mjs");
    await using run = stage(["node", above, String(port), ...words], { env: { LC_ALL: "C.UTF-8" } });
    await until("its end", () => run.stdout.includes("it ended with 1"));
    const refusal = `node (pid ${run.pid}) on 127.0.0.1:${port}: this very portguard runs below it; ${way}\n`;
    expect(run.stdout).toContain(refusal);
    expect(isAlive(run.pid)).toBe(true);
  });

  test("its reservation, whose server is not above it", async () => {
    const port = freePort();
    const script = `${server(port).join(" ")} > /dev/null & ${binary()} wait ${port} --quiet; ${binary()} free ${port} --yes`;
    await using run = portguard(["reserve", port, "--", "bash", "-c", `${script}; echo "it ended with $?"; wait`]);
    await until("its end", () => run.stdout.includes("it ended with 1"));
    expect(run.stdout).toContain(`runs below portguard (pid ${run.pid}), which guards it; ${way}\n`);
    expect(isAlive(run.pid)).toBe(true);
    await run.stop();
  });
});
