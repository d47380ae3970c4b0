import { createSocket } from "node:dgram";
import { describe, expect, test } from "bun:test";
import type { Run } from "../drive.ts";
import { get } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { driveAlone, program, reserve, serverFor, type Way, WAYS } from "./guarded.ts";

function start(way: Way, port: number, flags: readonly string[], command: readonly string[]): Run {
  return driveAlone({ args: reserve(way, port, flags, command), ports: [port] });
}

async function expectEnds(run: Run, end: number | NodeJS.Signals = "SIGTERM"): Promise<void> {
  expect(await run.stop("SIGTERM")).toBe(end);
  await run.expectNothingLeft();
}

const warnings = (run: Run) =>
  run.events.filter(({ event }) => event === "warning").map(({ code, what }) => [code, what]);

describe.each(["takeover", "release"] as const)("by %s portguard says", (way) => {
  test("that the command listens on another port", async () => {
    const [port, other] = [freePort(), freePort()];
    await using run = start(way, port, ["--ready-timeout", "2s"], serverFor(way, other));
    const { what } = await run.event("warning");
    const pid = (await get("127.0.0.1", other)).body;
    expect(what).toBe(`bound ${other}, not ${port}: it listens on [::]:${other} (pid ${pid})`);
    expect(run.voice).toEqual([
      `warning: ${String(what)}`,
      "hint: tell the command its port: `{port}` stands for it, and PORT is set",
    ]);
    await expectEnds(run);
  });

  test("that the command listens on another address", async () => {
    const port = freePort();
    await using run = start(way, port, ["--host", "127.0.0.1"], [...serverFor(way, port), "127.0.0.2"]);
    expect(await run.event("ready")).toMatchObject({ bound: [{ at: { address: "127.0.0.2", port } }] });
    await run.event("warning");
    expect(warnings(run)).toEqual([["WRONG_ADDRESS", "bound 127.0.0.2, not 127.0.0.1"]]);
    await expectEnds(run);
  });

  test("that the command listens nowhere", async () => {
    const port = freePort();
    await using run = start(way, port, ["--ready-timeout", "1s"], ["sleep", "600"]);
    await run.event("warning");
    expect(warnings(run)).toEqual([["NOT_BOUND", `sleep does not listen on ${port} after 1 s`]]);
    await expectEnds(run);
  });

  test.each([
    ["exit 0", "with 0", 0],
    ["exit 3", "with 3", 3],
    ["kill -KILL $$", "by SIGKILL", "SIGKILL"],
  ] as const)("that the command ended without having listened: %s", async (script, how, end) => {
    const port = freePort();
    await using run = start(way, port, [], ["sh", "-c", script]);
    expect(await run.ended()).toBe(end);
    expect(warnings(run)).toEqual([["NOT_BOUND", `sh ended ${how} without having served on ${port}`]]);
    await run.expectNothingLeft();
  });

  test.each(["127.0.0.1", "::1"])("with the start that only this machine reaches %s", async (host) => {
    const port = freePort();
    await using run = start(way, port, [], [...serverFor(way, port), host]);
    await run.event("ready");
    const shown = host.includes(":") ? `[${host}]` : host;
    await until("its word", () => run.voice.length > 0);
    expect(run.voice).toHaveLength(1);
    expect(run.voice[0]).toContain(`${shown}:${port} (bound ${host} only: unreachable from other machines), ready in `);
    await expectEnds(run);
  });

  test("nothing of reach where every machine reaches it", async () => {
    const port = freePort();
    await using run = start(way, port, [], serverFor(way, port));
    await run.event("ready");
    const line = new RegExp(`^${port} handed to node \\(pid \\d+\\) by ${way}: \\[::\\]:${port}, ready in \\d+ ms$`);
    await until("its word", () => run.voice.length > 0);
    expect(run.voice).toEqual([expect.stringMatching(line)]);
    await expectEnds(run);
  });
});

test("two servers of one program on one port are told apart, and the first one serves", async () => {
  const port = freePort();
  await using run = start("takeover", port, [], ["node", program("twice.mjs"), `${port}`]);
  await run.event("ready");
  await until("both", () => run.stdout.split("\n").length === 3);
  expect(run.stdout).toBe("0.0.0.0 up\n127.0.0.1 is in use\n");
  const pid = Number((await run.event("started"))["pid"]);
  const what = `process ${pid} asked for 127.0.0.1:${port} while process ${pid} serves on 0.0.0.0:${port}`;
  await until("the warning", () => warnings(run).length > 0);
  expect(warnings(run)).toEqual([["BOUND_TWICE", what]]);
  expect((await get("127.0.0.1", port)).body).toBe("0.0.0.0");
  await expectEnds(run);
});

describe("UDP", () => {
  /** Sends this and answers what comes back. */
  async function echo(port: number, text: string): Promise<string> {
    const socket = createSocket("udp4");
    const answer = Promise.withResolvers<string>();
    socket.on("message", (message) => answer.resolve(message.toString()));
    socket.send(text, port, "127.0.0.1");
    try {
      return await answer.promise;
    } finally {
      socket.close();
    }
  }

  test.each(["takeover", "release"] as const)("is handed over by %s", async (way) => {
    const port = freePort();
    const args = ["reserve", `${port}/udp`, "--handoff", way, "--", "node", program("udp.mjs"), `${port}`];
    await using run = driveAlone({ args });
    const bound = { at: { protocol: "udp", address: "127.0.0.1", port } };
    expect(await run.event("ready")).toMatchObject({ way, bound: [bound] });
    expect(await echo(port, "hello")).toBe("hello");
    await expectEnds(run);
  });
});

test.each(WAYS)("a server that says where it listens is ready only then, by %s", async (way) => {
  const port = freePort();
  await using run = start(way, port, [], serverFor(way, port, "--wait"));
  await until("the server to wait", () => run.stdout === "waiting\n");
  expect(run.events.map(({ event }) => event)).toEqual(["held", "started"]);
  process.kill(Number((await run.event("started"))["pid"]), "SIGUSR2");
  await run.event("ready");
  expect(run.stdout).toBe("waiting\nup\n");
  await expectEnds(run);
});
