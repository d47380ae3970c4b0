import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { driveAlone, driveBelow, reserve } from "../guard/guarded.ts";
import { describeServer } from "../servers/find-server.ts";
import { committed } from "../servers/parts.ts";
import { emptyFolder } from "../servers/work-folder.ts";
import { drive } from "../drive.ts";
import { need } from "../need.ts";
import { answerer, eventOf, LISTEN_AND_HANG, pidOf, Script, serves, startCommand, story } from "./succession.ts";

/** Answers with 503 until it gets SIGUSR2, then with 200 and its pid; `up` and `well` are said. */
const ILL_AT_FIRST = `
let status = 503;
const server = require("node:http").createServer((_, response) => response.writeHead(status).end(String(process.pid)));
process.on("SIGUSR2", () => { status = 200; console.log("well"); });
server.listen(Number(process.argv[1]), () => console.log("up"));`;

/** Listens, and computes without end: `python3 -c … PORT`. */
const LISTEN_AND_COMPUTE = LISTEN_AND_HANG.replace("time.sleep(600)", "while True: pass");

/** Listens at once, and accepts when it gets SIGUSR2. */
const ACCEPT_LATER = `import signal, socket, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
signal.sigwait([signal.SIGUSR2])
while True: s.accept()[0].close()`;

if (need("python3"))
  describe("--ready listen", () => {
    test.each([
      ["sleeps", LISTEN_AND_HANG],
      ["computes", LISTEN_AND_COMPUTE],
    ])(
      "does not believe a first server that listens and %s instead of accepting, nor one that would replace it",
      async (_, code) => {
        const port = freePort();
        const flags = ["--ready-timeout", "1s"];
        const hang = ["python3", "-c", code, `${port}`];
        await using run = driveAlone({ args: reserve("takeover", port, flags, hang), ports: [port] });
        await run.event("warning");
        expect(run.voice.slice(0, 2)).toEqual([
          `warning: python3 listens on ${port} but is not seen to wait for connections after 1 s`,
          "hint: it goes on; `--ready http` asks it, `--ready none` takes it as it is",
        ]);
        expect(run.events.map(({ event }) => event)).toEqual(["held", "started", "warning"]);
        await run.stop("SIGTERM");
        await run.expectNothingLeft();

        using script = new Script(serves("takeover", port));
        await using started = await startCommand("takeover", port, flags, script.command);
        script.write(`exec python3 -c '${code}' ${port}\n`);
        started.run.signal("SIGHUP");
        await eventOf(started.run, "restart-failed", 2);
        expect(await answerer(port)).toBe(await pidOf(started.run, 1));
        await started.run.stop("SIGTERM");
        await started.run.expectNothingLeft();
      },
    );

    test("finds a server ready when it begins to accept, and counts the start until then", async () => {
      const port = freePort();
      const command = ["python3", "-c", ACCEPT_LATER, `${port}`];
      const args = reserve("takeover", port, ["--ready-timeout", "1s"], command);
      await using run = driveAlone({ args, ports: [port] });
      await run.event("warning");
      process.kill(await pidOf(run, 1), "SIGUSR2");
      expect(Number((await run.event("ready"))["startMs"])).toBeGreaterThan(1000);
      await run.stop("SIGTERM");
      await run.expectNothingLeft();
    });
  });

describe("--ready http", () => {
  test("counts an answer only when a process of the new generation gave it", async () => {
    const port = freePort();
    using script = new Script(serves("takeover", port));
    const flags = ["--ready", "http", "--ready-timeout", "3s"];
    await using started = await startCommand("takeover", port, flags, script.command);
    const { run } = started;
    script.write(`exec python3 -c '${LISTEN_AND_HANG}' ${port}\n`);
    run.signal("SIGHUP");
    await eventOf(run, "restart-failed", 2);
    expect(await answerer(port)).toBe(await pidOf(run, 1));
    script.write(serves("takeover", port));
    run.signal("SIGHUP");
    await eventOf(run, "ready", 3);
    await eventOf(run, "retired", 1);
    expect(await answerer(port)).toBe(await pidOf(run, 3));
    await run.stop("SIGTERM");
    await run.expectNothingLeft();
  });

  test("with a path and a status waits for that status, and without one for any below 500", async () => {
    for (const check of ["http:/health?full=1=200", "http"]) {
      const port = freePort();
      const args = reserve("takeover", port, ["--ready", check], ["node", "--eval", ILL_AT_FIRST, `${port}`]);
      await using run = driveAlone({ args, ports: [port] });
      await until("its start", () => run.stdout.includes("up"));
      expect(run.events.map(({ event }) => event)).toEqual(["held", "started"]);
      process.kill(await pidOf(run, 1), "SIGUSR2");
      await run.event("ready");
      expect(run.stdout).toContain("well");
      await run.stop("SIGTERM");
      await run.expectNothingLeft();
    }
  });
});

for (const { name, command } of [
  { name: "uvicorn", command: (path: string, port: number) => [path, "asgi:app", "--port", `${port}`] },
  {
    name: "gunicorn",
    command: (path: string, port: number) => [path, "wsgi:app", "-w", "2", "-b", `127.0.0.1:${port}`],
  },
  { name: "go", command: (path: string, port: number) => [path, `127.0.0.1:${port}`] },
] as const) {
  describeServer(name, (path) => {
    test("is found ready by --ready http beside an old one that answers on the same socket", async () => {
      using home = emptyFolder();
      const port = freePort();
      const args = ["reserve", `${port}`, "--ready", "http", "--ready-timeout", "60s", "--", ...command(path, port)];
      await using run = drive({ args, ports: [port], cwd: committed("programs/python"), env: { HOME: home.path } });
      for (const generation of [1, 2, 3]) {
        await eventOf(run, "ready", generation);
        if (generation < 3) run.signal("SIGHUP");
      }
      await eventOf(run, "retired", 2);
      expect(story(run)).not.toContain("restart-failed 2");
      await run.stop("SIGTERM", 60_000);
      await run.expectNothingLeft();
    });
  });
}

/** Writes these bytes to both of its streams, and waits; after SIGUSR2 it writes the rest of a line. */
const WRITES = `
const { readFileSync, writeSync } = require("node:fs");
const bytes = readFileSync(process.argv[1]);
const writeAll = (fd) => { for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at); };
writeAll(1);
writeAll(2);
process.on("SIGUSR2", () => writeSync(2, "\\nlistening on \\u001b[1mhttp\\u001b[0m"));
setInterval(() => {}, 2 ** 30);`;

describe("--ready log", () => {
  test("waits for a line of its output, which passes through unchanged", async () => {
    using folder = emptyFolder();
    const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(50_000)));
    writeFileSync(folder.file("bytes"), bytes);
    const flags = ["--ready", "log:^listening on http$"];
    const args = reserve("takeover", freePort(), flags, ["node", "--eval", WRITES, folder.file("bytes")]);
    await using run = driveBelow('exec setsid "$@" >"$TMPDIR/../out" 2>"$TMPDIR/../err"', { args });
    const written = (name: string) => readFileSync(join(run.folder, name));
    await until("all of it", () => written("out").length === bytes.length && written("err").length === bytes.length);
    expect(run.events.map(({ event }) => event)).toEqual(["held", "started"]);
    process.kill(await pidOf(run, 1), "SIGUSR2");
    expect(await run.event("ready")).toMatchObject({ bound: [] });
    expect(written("out").equals(bytes)).toBeTrue();
    expect(written("err").subarray(0, bytes.length).equals(bytes)).toBeTrue();
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft();
  });
});

test("--ready none takes a new generation for ready as soon as it runs, and clients wait for it", async () => {
  const port = freePort();
  using script = new Script(serves("takeover", port));
  await using started = await startCommand("takeover", port, ["--ready", "none"], script.command);
  const { run } = started;
  await until("the first one", () => run.stdout.includes("up"));
  script.write(serves("takeover", port, "--wait"));
  run.signal("SIGHUP");
  await eventOf(run, "retired", 1);
  await until("the second one", () => run.stdout.includes("waiting"));
  const answer = answerer(port);
  process.kill(await pidOf(run, 2), "SIGUSR2");
  expect(await answer).toBe(await pidOf(run, 2));
  expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  await run.expectNothingLeft();
});

test("a command that is given up on is given up on with the last lines of its stderr, where that is no terminal", async () => {
  const command = ["sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10 11; do echo line $i >&2; done; exit 3"];
  const args = reserve("takeover", freePort(), ["--restart", "always"], command);
  await using run = driveAlone({ args });
  expect(await run.ended()).toBe(3);
  const lines = Array.from({ length: 10 }, (_, index) => `line ${index + 2}`);
  expect(await eventOf(run, "gave-up", 5)).toMatchObject({ lastLines: lines });
  expect(run.voice.slice(-12, -1)).toEqual([
    "given up: 5 starts in a row ended without having served, the last one with 3",
    ...lines.map((line) => `  ${line}`),
  ]);
  await using terminal = drive({ args, terminal: true });
  expect(await terminal.ended()).toBe(3);
  expect((await eventOf(terminal, "gave-up", 5))["lastLines"]).toBeUndefined();
});
