import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, driveBare, type Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { need, needThat } from "../need.ts";
import { program, server, type Told, type ToldHolder } from "./scene.ts";

const folder = mkdtempSync(join(tmpdir(), "portguard-first-"));
/** Node under the name of an editor. */
const CODE = join(folder, "code");
beforeAll(() => symlinkSync(Bun.which("node")!, CODE));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What follows is the first process of a process namespace, as in a container. */
const CONTAINER = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
/** The same in a session of its own, as container engines start it. */
const ENGINE = [...CONTAINER, "setsid"];

const words = (...argv: readonly string[]) => argv.map((word) => `'${word}'`).join(" ");
const serve = (port: number) => `${words(...server(port))} > /dev/null`;
/** A server that its editor talks to through pipes; the editor is the job of that number. */
const edit = (port: number) => `${words(CODE, program("editor.mjs"), "pipe", ...server(port))} > /dev/null &`;
const killed = (port: number) => `${waitFor(port)}; kill -9 $!; wait $! 2> /dev/null`;
const waitFor = (port: number) => `${words(binary())} wait ${port} --quiet`;
const asked = (port: number) => `${words(binary())} who ${port} --json`;

/** Of what a script of shell says: each line an answer of `who` about one holder. */
function readHolders(stdout: string): ToldHolder[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => (JSON.parse(line) as Told).holders);
}

/** Who has the ports that this script asks for, in a container whose first process is this one and runs the script. */
async function holdersIn(first: readonly string[], script: string): Promise<ToldHolder[]> {
  // With one more command behind it, as bash becomes the last one.
  await using run = driveBare([...first, `${script}\n:`]);
  await run.ended();
  return readHolders(run.stdout);
}

async function holderIn(first: readonly string[], script: string): Promise<ToldHolder> {
  const holders = await holdersIn(first, script);
  expect(holders).toHaveLength(1);
  return holders[0]!;
}

async function wayInto(run: Run, first: string): Promise<string[]> {
  const isIt = ({ command }: { command: string }) => command.split(" ")[0]?.endsWith(first);
  const { pid } = await until("it", () => run.processes().find(isIt));
  return ["nsenter", "--target", String(pid), "--pid", "--mount", "--wd=/"];
}

/** The same with a first process that runs no script: somebody comes in from outside, as `docker exec` does. */
async function holderWithin(run: Run, first: string, script: string): Promise<ToldHolder> {
  const enter = [...(await wayInto(run, first)), "setsid", "--wait"];
  await using entered = driveBare([...enter, "bash", "-c", script]);
  await entered.ended();
  const [holder] = readHolders(entered.stdout);
  return holder ?? Promise.reject(new Error(`nobody: ${entered.stdout}${entered.stderr}`));
}

if (
  need("unshare", "nsenter", "setsid", "tini") &&
  needThat("root (to make a process namespace)", process.getuid?.() === 0)
) {
  describe("below a shell that is the first process of a container", () => {
    const bash = [...ENGINE, "bash", "-c"];

    test("its own child is live, where nobody else was ever there to have started it", async () => {
      const port = freePort();
      const holder = await holderIn(bash, `${serve(port)} & ${waitFor(port)}; ${asked(port)}`);
      expect(holder).toMatchObject({ grade: "live", startedBy: { kind: "init", process: { pid: 1 } } });
    });

    test("a job at its terminal is live", async () => {
      const port = freePort();
      const answer = join(folder, `${port}.json`);
      await using run = driveBare([...CONTAINER, "bash", "--norc", "-i"], { terminal: true });
      run.write(
        `true; ${serve(port)} & ${waitFor(port)}; ${asked(port)} > ${answer}.new; mv ${answer}.new ${answer}\n`,
      );
      await until("the answer", () => existsSync(answer));
      const holders = readHolders(readFileSync(answer, "utf8"));
      expect(holders).toMatchObject([{ grade: "live", startedBy: { process: { pid: 1 } } }]);
    });

    test.each([
      ["its own child", (port: number) => `/bin/true; ${serve(port)} &`],
      ["one that a shell has left to it", (port: number) => `( ${serve(port)} & );`],
      [
        "a job of its own, the others of which have ended",
        (port: number) => `set -m; true | ${words(...server(port))} 2>&1 | true &`,
      ],
    ])("%s can't be told from the other, and so is neither live nor an orphan", async (_, start) => {
      const port = freePort();
      const holder = await holderIn(bash, `${start(port)} ${waitFor(port)}; ${asked(port)}`);
      expect(holder).toMatchObject({
        grade: "unknown",
        because: "perhaps an orphan, which can't be told: bash (pid 1) may have started it, or inherited it",
        startedBy: { kind: "unknown" },
      });
    });

    test.each([
      ["what a killed editor has left in its session", (port: number) => `${edit(port)} ${killed(port)}`],
      ["the same with a group of its own", (port: number) => `set -m; ${edit(port)} ${killed(port)}`],
    ])("%s is likely an orphan, and none for certain", async (_, start) => {
      const port = freePort();
      const holder = await holderIn(bash, `/bin/true; ${start(port)}; ${asked(port)}`);
      expect(holder).toMatchObject({ grade: "likely", because: expect.stringContaining("bash (pid 1) may have") });
    });

    test("what a killed editor has left that had a session of its own is an orphan for certain", async () => {
      const port = freePort();
      const holder = await holderIn(bash, `setsid ${edit(port)} ${killed(port)}; ${asked(port)}`);
      expect(holder).toMatchObject({ grade: "certain", startedBy: { kind: "gone" } });
    });
  });

  test("clean leaves it open what can't be told, and names who it is", async () => {
    const port = freePort();
    const clean = `${words(binary())} clean --port ${port}; echo "it ended with $?"`;
    const script = `/bin/true; ${serve(port)} & ${waitFor(port)}; ${clean}`;
    await using run = driveBare([...ENGINE, "bash", "-c", script], { env: { LC_ALL: "C.UTF-8" } });
    await run.ended();
    expect(run.stdout.split("\n")).toEqual([
      "? no orphan is seen to have a port",
      expect.stringMatching(/^ {2}node \(pid \d+\) on 127.0.0.1:\d+ is perhaps an orphan, which can't be told: bash/),
      "it ended with 3",
      "",
    ]);
  });

  test("an init that starts one program has inherited all others", async () => {
    const [own, left, orphan] = [freePort(), freePort(), freePort()];
    const start = [`${serve(own)} &`, `( ${serve(left)} & )`, `set -m; ${edit(orphan)}`, killed(orphan)];
    const wait = [own, left].map(waitFor);
    const script = [...start, ...wait, ...[own, left, orphan].map(asked)].join("\n");
    const holders = await holdersIn([...ENGINE, "tini", "--", "bash", "-c"], script);
    expect(holders).toMatchObject([
      { grade: "live", startedBy: { kind: "shell" } },
      { grade: "likely", startedBy: { kind: "gone" } },
      { grade: "certain", startedBy: { kind: "gone" } },
    ]);
    expect(holders[1]?.evidence[0]?.what).toMatch(/^tini \(pid 1\) has inherited it: it has started \d+ alone$/);
  });

  test("`sleep infinity` has inherited whatever is below it", async () => {
    const port = freePort();
    await using run = driveBare([...ENGINE, "sleep", "infinity"]);
    const script = `( ${serve(port)} 2>&1 < /dev/null & ); ${waitFor(port)}; ${asked(port)}`;
    const holder = await holderWithin(run, "sleep", script);
    expect(holder).toMatchObject({ grade: "likely", startedBy: { kind: "gone" }, chain: [{ name: "sleep", pid: 1 }] });
  });

  test("a server that is the first process itself is no orphan, and its container is to be stopped", async () => {
    const port = freePort();
    await using run = driveBare([...ENGINE, ...server(port)]);
    const clean = `${words(binary())} clean --port ${port} --quiet; test $? = 0 || exit`;
    const holder = await holderWithin(run, "node", `${waitFor(port)}; ${clean}; ${asked(port)}`);
    expect(holder).toMatchObject({
      grade: "managed",
      because: "the first process here, and keeps all others",
      stop: { what: "stop its container from outside", commands: [] },
    });
    const enter = await wayInto(run, "node");
    await using freed = driveBare([...enter, binary(), "free", String(port), "--yes"], { env: { LC_ALL: "C.UTF-8" } });
    expect(await freed.ended()).toBe(1);
    expect(freed.stdout).toEndWith(
      "it is the first process here, and keeps all others; stop its container from outside\n",
    );
  });

  test("a process that has the number of Windows' kernel there is stopped as any other", async () => {
    const port = freePort();
    const start = `echo 3 > /proc/sys/kernel/ns_last_pid; ${serve(port)} & test $! = 4 || exit`;
    const script = `${start}; ${waitFor(port)}; ${words(binary())} free ${port} --yes; :`;
    await using run = driveBare([...ENGINE, "bash", "-c", script], { env: { LC_ALL: "C.UTF-8" } });
    await run.ended();
    expect(run.stdout).toStartWith(`✓ ${port} is free: node (pid 4) ended on SIGTERM`);
  });

  test("who came in from outside is not the first process, and whoever started it can't be seen", async () => {
    const port = freePort();
    await using run = driveBare([...ENGINE, "sleep", "infinity"]);
    const script = `${waitFor(port)}; ${asked(port)}; ${words(binary())} free ${port} --yes --quiet >&2 && echo free >&2`;
    const enter = await wayInto(run, "sleep");
    await using served = driveBare([...enter, ...server(port)]);
    await using entered = driveBare([...enter, "bash", "-c", script]);
    await entered.ended();
    expect(readHolders(entered.stdout)).toMatchObject([
      { grade: "unknown", because: expect.stringContaining("whoever started it is outside of this container") },
    ]);
    expect(entered.stderr).toBe("free\n");
    await served.ended();
  });
}
