import { describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addressesHere, bindsPlainly } from "../drive/plain-bind.ts";
import { until } from "../drive/until.ts";
import { type Run, binary, driveBare } from "../drive.ts";
import { needThat } from "../need.ts";
import { OwnNamespace } from "../os/own-namespace.ts";
import { emptyFolder } from "../servers/work-folder.ts";

const FORMS = addressesHere(["127.0.0.1", "0.0.0.0", "::1", "::"]);
const isHeld = (port: number) => FORMS.every((form) => !bindsPlainly(form, port));
const isFree = (port: number) => FORMS.every((form) => bindsPlainly(form, port));

/** Picks: the run, whose end takes every keeper along, and the ports. */
async function pick(args: readonly string[], options: Parameters<typeof driveBare>[1] = {}) {
  const run = driveBare([binary(), "pick", ...args], options);
  expect({ end: await run.ended(), stderr: run.stderr }).toEqual({ end: 0, stderr: "" });
  return { run, ports: portsIn(run), [Symbol.asyncDispose]: () => run[Symbol.asyncDispose]() };
}

function portsIn({ stdout }: Run): number[] {
  return stdout.trimEnd().split("\n").map(Number);
}

/** A TCP server with SO_REUSEADDR, which Bun's sockets have, as those of nearly all servers do. */
function serve(port: number, hostname = "127.0.0.1") {
  return Bun.listen({ hostname, port, socket: { data() {} } });
}

describe("a picked port", () => {
  test("is held on every address when its number is told, and free when its time is over", async () => {
    await using picked = await pick(["--for", "2s", "--count", "3"]);
    expect(new Set(picked.ports).size).toBe(3);
    for (const port of picked.ports) {
      expect(port).toBeWithin(20_000, 30_000);
      expect(isHeld(port)).toBe(true);
    }
    await until("the end of the hold", () => picked.ports.every(isFree));
    await picked.run.expectNothingLeft();
  });

  test("is never another's, though twenty are picked at once", async () => {
    const base = 31_000 + Math.floor(Math.random() * 1000);
    for (const range of [[], ["--range", `${base}-${base + 80}`]]) {
      const picks = await Promise.all(Array.from({ length: 20 }, () => pick(["--for", "30s", ...range])));
      const ports = picks.flatMap((each) => each.ports);
      await Promise.all(picks.map((each) => each[Symbol.asyncDispose]()));
      expect(new Set(ports).size).toBe(20);
    }
  });

  test("is told at once in $(…), whatever else the shell has open", async () => {
    const script = 'exec 9>&1; port=$("$0" pick --for-pid $$); echo "got $port"; read -r line';
    await using run = driveBare(["sh", "-c", script, binary()], { stdin: "pipe" });
    await until("the number", () => run.stdout.includes("got "));
    const port = Number(/got (\d+)/.exec(run.stdout)?.[1]);
    expect(isHeld(port)).toBe(true);
    // The shell that it is kept for ends: then it is let go.
    run.write("\n");
    expect(await run.ended()).toBe(0);
    await until("the end of the hold", () => isFree(port));
    await run.expectNothingLeft();
  });

  test("goes to the server that asks for it, and nothing of portguard stays", async () => {
    for (const host of FORMS) {
      await using picked = await pick(["--for", "60s"]);
      const [port = 0] = picked.ports;
      using server = serve(port, host);
      expect(server.port).toBe(port);
      await picked.run.expectNothingLeft(15_000);
    }
  });

  test("stays held when a server only probed", async () => {
    const before = performance.now();
    await using picked = await pick(["--for", "1500ms"]);
    const [port = 0] = picked.ports;
    serve(port).stop(true);
    await until("the end of the hold", () => isFree(port));
    // Not before its time: by then the keeper has looked many times. A busy machine can only make it later.
    expect(performance.now() - before).toBeGreaterThanOrEqual(1500);
  });

  test("is among those that were asked for, and one that a browser opens", async () => {
    const { exitCode, stderr } = Bun.spawnSync([binary(), "pick", "--range", "6665-6669"]);
    expect({ exitCode, stderr: stderr.toString() }).toMatchObject({ exitCode: 2 });
    await using picked = await pick(["--range", "6660-6999", "--for", "1s", "--count", "9"]);
    expect(picked.ports.filter((port) => port >= 6665 && port <= 6669)).toEqual([]);
    expect(picked.ports).toEqual(picked.ports.toSorted((a, b) => a - b));
  });

  test("is none where all are taken: exit 1", async () => {
    using server = serve(0);
    const range = `${server.port}-${server.port}`;
    const { exitCode, stdout, stderr } = Bun.spawnSync([binary(), "pick", "--range", range]);
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr.toString()).toBe(`portguard: no port of ${range} is free\nportguard: hint: name more with --range\n`);
  });

  test("comes as JSON with who keeps it", async () => {
    await using run = driveBare([binary(), "pick", "--for", "30s", "--json"]);
    expect(await run.ended()).toBe(0);
    const { schema, ok, ports, keeper } = JSON.parse(run.stdout) as Record<string, unknown>;
    expect({ schema, ok }).toEqual({ schema: 1, ok: true });
    expect(isHeld((ports as number[])[0]!)).toBe(true);
    expect(run.processes().map(({ pid }) => pid)).toEqual([keeper as number]);
  });
});

describe("--exec", () => {
  test("runs the command on the port, handed over as by reserve", async () => {
    const program =
      'import http.server,sys; http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), None).serve_forever()';
    await using run = driveBare([binary(), "pick", "--exec", "--", "python3", "-c", program, "{port}"]);
    await until("the hand-over", () => run.voice.length > 0);
    expect(run.voice[0]).toMatch(/^2\d{4} handed to python3 \(pid \d+\) by takeover: 127\.0\.0\.1:2\d{4} /);
    await run.stop();
    await run.expectNothingLeft();
  });

  test("gives each of several ports its number", async () => {
    const command = ["sh", "-c", 'echo "$1 $PORT $PORT_1 $2 $PORT_2"', "sh", "{port:1}", "{port:2}"];
    await using run = driveBare([binary(), "pick", "--exec", "--quiet", "--count", "2", "--", ...command]);
    expect(await run.ended()).toBe(0);
    const [first, port, one, second, two] = run.stdout.trim().split(" ");
    expect([port, one, two]).toEqual([first!, first!, second!]);
    expect(first).not.toBe(second);
  });
});

describe("--stable", () => {
  test("gives a worktree the same port each time, in whatever folder of it, and others another", async () => {
    using place = emptyFolder();
    const env = { XDG_STATE_HOME: place.file("state") };
    for (const folder of ["one/.git", "one/deep/inside", "two"]) mkdirSync(place.file(folder), { recursive: true });
    writeFileSync(place.file("one/.git/HEAD"), "ref: refs/heads/main\n");
    // A linked worktree has a file there.
    writeFileSync(place.file("two/.git"), "gitdir: ../one/.git\n");
    const at = async (folder: string, ...more: readonly string[]) => {
      await using picked = await pick(["--for", "0s", ...more], { cwd: place.file(folder), env });
      await picked.run.expectNothingLeft(15_000);
      return picked.ports;
    };
    const one = await at("one", "--stable");
    expect(await at("one/deep/inside", "--stable")).toEqual(one);
    expect(await at("two", "--stable")).not.toEqual(one);
    expect(await at("one/deep", "--for-dir")).not.toEqual(one);
    expect(await at("two", `--for-dir=${place.file("one")}`)).toEqual(one);
    expect(await at("one", "--stable", "--range", "3000-3999")).not.toEqual(one);
  });

  test("gives another one while it is taken, and the same again after that", async () => {
    using place = emptyFolder();
    const options = { cwd: place.path, env: { XDG_STATE_HOME: place.file("state") } };
    const again = async () => {
      await using picked = await pick(["--stable", "--for", "0s"], options);
      await picked.run.expectNothingLeft(15_000);
      return picked.ports[0]!;
    };
    const usual = await again();
    const server = serve(usual);
    expect(await again()).not.toBe(usual);
    server.stop(true);
    expect(await again()).toBe(usual);
  });

  test("does not give a port that another folder has, until that folder is gone", async () => {
    using place = emptyFolder();
    for (const folder of ["mine", "theirs", "third"]) mkdirSync(place.file(folder));
    const env = { XDG_STATE_HOME: place.file("state") };
    const at = async (folder: string, range: string) => {
      await using picked = await pick(["--stable", "--for", "0s", "--range", range], { cwd: place.file(folder), env });
      await picked.run.expectNothingLeft(15_000);
      return picked.ports[0]!;
    };
    const base = 31_000 + Math.floor(Math.random() * 1000);
    const range = `${base}-${base + 40}`;
    const theirs = await at("theirs", range);
    const narrow = `${theirs}-${theirs + 1}`;
    expect(await at("mine", narrow)).toBe(theirs + 1);
    rmSync(place.file("theirs"), { recursive: true });
    expect(await at("third", narrow)).toBe(theirs);
  });
});

if (needThat("root", process.getuid?.() === 0)) {
  test("neither bind(0) nor connect() is given a picked port by the kernel, though it has no other left", () => {
    using space = new OwnNamespace();
    const answer = space.run(binary(), "pick", "--range", "21000-21005", "--for", "60s", "--json");
    const { ports, keeper } = JSON.parse(answer) as { ports: number[]; keeper: number };
    expect(ports).toEqual([21_000]);
    const told = space.run("python3", join(import.meta.dir, "programs", "choose.py"), "21000", "21005");
    const others = [21_001, 21_002, 21_003, 21_004, 21_005];
    expect(JSON.parse(told)).toEqual({ bound: others, connected: others });
    process.kill(keeper);
  });
}
