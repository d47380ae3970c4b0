import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import type { Run } from "../drive.ts";
import { driveAlone, reserve } from "../guard/guarded.ts";
import { answerer, eventOf, pidOf, Script, serves, startCommand, story } from "./succession.ts";

const WAYS = ["takeover", "inherit"] as const;

/** A client that connects, asks, and waits: what became of it, and after how many milliseconds. */
function wait(port: number): Promise<{ end: string; afterMs: number }> {
  const begin = performance.now();
  const { promise, resolve } = Promise.withResolvers<{ end: string; afterMs: number }>();
  const settle = (end: string) => resolve({ end, afterMs: performance.now() - begin });
  const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.0\r\n\r\n"));
  socket.on("data", () => {
    settle("answered");
    // No TIME_WAIT is left, which would refuse a later plain bind of the port.
    socket.resetAndDestroy();
  });
  socket.on("error", (error) => settle("code" in error ? String(error.code) : error.message));
  socket.on("close", () => settle("closed"));
  return promise;
}

async function startStopFirst(way: (typeof WAYS)[number], next: (port: number) => string, ...flags: string[]) {
  const port = freePort();
  const script = new Script(serves(way, port));
  const started = await startCommand(way, port, ["--restart-mode", "stop-first", ...flags], script.command);
  script.write(next(port));
  started.run.signal("SIGHUP");
  await eventOf(started.run, "started", 2);
  const { run } = started;
  const dispose = async () => {
    await started[Symbol.asyncDispose]();
    script[Symbol.dispose]();
  };
  return { run, port, [Symbol.asyncDispose]: dispose };
}

async function expectEnd(run: Run): Promise<void> {
  await run.stop("SIGTERM");
  await run.expectNothingLeft();
}

describe.each(WAYS)("while no generation serves, by %s", (way) => {
  test("a client waits in the queue, and gets its answer", async () => {
    await using started = await startStopFirst(way, (port) => serves(way, port, "--wait"));
    const { run, port } = started;
    await until("the new one", () => run.stdout.includes("waiting"));
    const client = wait(port);
    process.kill(await pidOf(run, 2), "SIGUSR2");
    expect((await client).end).toBe("answered");
    await expectEnd(run);
  });
});

describe("a client that waits for longer than --queue-timeout", () => {
  test("is closed rather than left hanging, and counted; those who came later wait on", async () => {
    await using started = await startStopFirst(
      "takeover",
      (port) => serves("takeover", port, "--wait"),
      "--queue-timeout",
      "2s",
    );
    const { run, port } = started;
    const early = [wait(port), wait(port)];
    const begin = performance.now();
    await until("half of their time", () => performance.now() - begin > 1000);
    const late = wait(port);
    for (const { end, afterMs } of await Promise.all(early)) {
      expect(["closed", "ECONNRESET"]).toContain(end);
      expect(afterMs).toBeGreaterThanOrEqual(1900);
    }
    process.kill(await pidOf(run, 2), "SIGUSR2");
    const { end, afterMs } = await late;
    // On a machine that is too busy to hear of the signal in a second its time is up, too.
    if (end !== "answered") expect(afterMs).toBeGreaterThanOrEqual(1900);
    const closed = () =>
      run.events.reduce((sum, { event, closed: count }) => sum + (event === "queue-expired" ? Number(count) : 0), 0);
    await until("their count", () => closed() === (end === "answered" ? 2 : 3));
    await until("a word of it", () => run.voice.some((line) => line.includes(`of [::]:${port} waited in vain`)));
    await expectEnd(run);
  });

  test("is closed in the pause after a crash, too, where it is the inherited socket that listens", async () => {
    const port = freePort();
    using script = new Script(serves("inherit", port));
    const flags = ["--restart", "always", "--queue-timeout", "300ms"];
    await using started = await startCommand("inherit", port, flags, script.command);
    const { run } = started;
    script.write("exit 3\n");
    process.kill(await pidOf(run, 1), "SIGKILL");
    await eventOf(run, "crashed", 4);
    const { end } = await wait(port);
    expect(["closed", "ECONNRESET"]).toContain(end);
    await run.event("queue-expired");
    expect(await run.ended()).toBe(3);
    await run.expectNothingLeft();
  });
});

const SERVES_AND_ENDS = `
const server = require("node:http").createServer(() => {});
server.listen(Number(process.argv[1]), () => setTimeout(() => process.exit(0), 300));`;

describe("a crash", () => {
  test.each(WAYS)("is followed by a new generation that serves on the same port, by %s", async (way) => {
    const port = freePort();
    using script = new Script(serves(way, port));
    await using started = await startCommand(way, port, ["--restart", "on-failure"], script.command);
    const { run } = started;
    process.kill(await pidOf(run, 1), "SIGSEGV");
    await eventOf(run, "ready", 2);
    expect(await eventOf(run, "crashed", 1)).toMatchObject({ exit: { signal: "SIGSEGV" }, pauseMs: 100 });
    expect(await answerer(port)).toBe(await pidOf(run, 2));
    expect(run.voice).toContain("the command ended by SIGSEGV: started again in 100ms");
    await expectEnd(run);
  });

  test("by exit code 0 is none for on-failure", async () => {
    const port = freePort();
    await using run = driveAlone({
      args: reserve("takeover", port, ["--restart", "on-failure"], ["node", "--eval", SERVES_AND_ENDS, `${port}`]),
    });
    expect(await run.ended()).toBe(0);
    expect(story(run)).not.toContain("crashed 1");
    await run.expectNothingLeft();
  });

  test("at once, five times, is given up on with its exit code, and the port is free", async () => {
    const port = freePort();
    const args = reserve("takeover", port, ["--restart", "always"], ["sh", "-c", "echo broken >&2; exit 3"]);
    await using run = driveAlone({ args, ports: [port] });
    expect(await run.ended()).toBe(3);
    await run.expectNothingLeft();
    const pauses = run.events.filter(({ event }) => event === "crashed").map((event) => event["pauseMs"]);
    expect(pauses).toEqual([100, 200, 400, 800]);
    expect(await eventOf(run, "gave-up", 5)).toMatchObject({ starts: 5, exit: { kind: "code", code: 3 } });
    expect(run.stderr.match(/^broken$/gm)).toHaveLength(5);
    expect(run.voice.at(-3)).toBe("given up: 5 starts in a row ended without having served, the last one with 3");
  });

  test("SIGTERM in the pause after it ends all", async () => {
    const port = freePort();
    const args = reserve("takeover", port, ["--restart", "always"], ["sh", "-c", "exit 3"]);
    await using run = driveAlone({ args, ports: [port] });
    await eventOf(run, "crashed", 3);
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft();
  });
});

/** Shuts its listener down when it is told to stop, and takes its time then, as some servers do. */
const SHUTS_DOWN = `import signal, socket, sys, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(16)
def stop(*_):
    s.shutdown(socket.SHUT_RDWR)
    print("shut", flush=True)
    while True: time.sleep(1)
signal.signal(signal.SIGTERM, stop)
while True:
    c, _ = s.accept(); c.recv(1000); c.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nold"); c.close()`;

test("a listener that the old one shuts down when it is stopped listens again for the new one", async () => {
  const port = freePort();
  using script = new Script(`exec python3 -c '${SHUTS_DOWN}' ${port}\n`);
  await using started = await startCommand("takeover", port, ["--grace", "3s"], script.command);
  const { run } = started;
  script.write(serves("takeover", port, "127.0.0.1"));
  run.signal("SIGHUP");
  await run.event("listener-repaired");
  await until("the shutdown", () => run.stdout.includes("shut"));
  expect(await answerer(port)).toBe(await pidOf(run, 2));
  await eventOf(run, "retired", 1);
  expect(await answerer(port)).toBe(await pidOf(run, 2));
  await expectEnd(run);
});
