import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { binary, drive, driveBare, type Run } from "../drive.ts";
import { get } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { driveBelow, reserve, serverFor, type Way, WAYS } from "./guarded.ts";

const CTRL_C = "\u0003";
const CTRL_Z = "\u001a";
const CTRL_BACKSLASH = "\u001c";
const LOCALHOST = "127.0.0.1";
const PLAIN = { NO_COLOR: "1", TERM: "dumb" };

/** A server that is ready, in the foreground of a terminal of its own. */
async function serve(way: Way, port: number, flags: readonly string[] = [], ...serverFlags: readonly string[]) {
  const args = reserve(way, port, flags, serverFor(way, port, ...serverFlags));
  const run = drive({ args, ports: [port], terminal: true, env: PLAIN });
  await run.event("ready");
  return run;
}

/** How often the server says so; its own lines stand between those of portguard and what the terminal echoes. */
const countOf = (run: Run, text: string) => run.screen.split(text).length - 1;

/** The server's answer: its own pid. */
const ask = async (port: number) => Number((await get(LOCALHOST, port)).body);

/** One letter for what a process does: `T` is stopped by the terminal. */
const stateOf = (pid: number) => / ([A-Z]) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];

describe.each(WAYS)("in the foreground of a terminal, by %s", (way) => {
  test.each([
    ["Ctrl-C", CTRL_C, "SIGINT"],
    ["Ctrl-\\", CTRL_BACKSLASH, "SIGQUIT"],
  ] as const)("%s ends the server, and portguard by the same signal", async (_, key, signal) => {
    await using run = await serve(way, freePort());
    run.write(key);
    expect(await run.ended()).toBe(signal);
    await run.expectNothingLeft();
  });

  test("Ctrl-C reaches a server once each time it is pressed", async () => {
    const port = freePort();
    await using run = await serve(way, port, [], "--hear", "SIGINT");
    for (const presses of [1, 2, 3]) {
      run.write(CTRL_C);
      await until(`${presses} SIGINT`, () => countOf(run, "got SIGINT") === presses);
      await ask(port);
    }
    // Whatever portguard had to pass on of them, it has passed on before this one.
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    expect(countOf(run, "got SIGINT")).toBe(3);
    await run.expectNothingLeft();
  });

  test.each([
    ["exit 3", 3],
    ["kill -KILL $$", "SIGKILL"],
    ["ulimit -c 0; kill -SEGV $$", "SIGSEGV"],
  ] as const)("portguard ends as the command does: %s", async (script, end) => {
    const port = freePort();
    const args = reserve(way, port, [], ["sh", "-c", script]);
    await using run = drive({ args, ports: [port], terminal: true, env: PLAIN });
    expect(await run.ended()).toBe(end);
    await run.expectNothingLeft();
  });

  test("SIGTERM ends both", async () => {
    await using run = await serve(way, freePort());
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft();
  });

  test("a terminal that is closed ends both", async () => {
    await using run = await serve(way, freePort());
    run.closeInput();
    expect(await run.ended()).toBe("SIGHUP");
    await run.expectNothingLeft();
  });

  test("a terminal that is closed ends a server that ignores SIGHUP, too", async () => {
    await using run = await serve(way, freePort(), ["--grace", "1s"], "--hear", "SIGHUP", "--hear", "SIGTERM");
    run.closeInput();
    expect(await run.ended()).toBe("SIGKILL");
    expect(run.events).toContainEqual(expect.objectContaining({ event: "stopping", because: "terminal-gone" }));
    await run.expectNothingLeft();
  });
});

test("under nohup a terminal that is closed ends neither", async () => {
  const port = freePort();
  const args = reserve("takeover", port, [], ["sleep", "600"]);
  await using run = driveBelow(`trap "" HUP; exec "$@"`, { args, ports: [port], terminal: true, env: PLAIN });
  const { pid } = await run.event("started");
  run.closeInput();
  await until("the terminal to be gone", () => terminalOf(Number(pid)) === 0);
  expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  expect(run.events).toContainEqual(expect.objectContaining({ event: "stopping", because: "signal" }));
  await run.expectNothingLeft();
});

/** The controlling terminal's device number; 0 when there is none. */
const terminalOf = (pid: number) => Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[4]);

describe("below an interactive shell", () => {
  const PROMPT = "ready> ";

  async function openShell(port: number): Promise<Run> {
    const shell = ["bash", "--norc", "--noprofile", "-i"];
    const run = driveBare(shell, { ports: [port], terminal: true, env: { ...PLAIN, PS1: PROMPT, HISTFILE: "" } });
    await untilSeen(run, PROMPT);
    return run;
  }

  /** Types a line and answers what comes after it, up to the next prompt. */
  const untilSeen = (run: Run, text: string | RegExp, from = 0) =>
    until(`${text} on the screen`, () => run.screen.slice(from).search(text) >= 0);

  async function type(run: Run, line: string, awaited: string | RegExp): Promise<void> {
    const from = run.screen.length;
    run.write(`${line}\n`);
    await untilSeen(run, awaited, from);
  }

  function commandLine(port: number, ...flags: readonly string[]): string {
    const words = [binary(), ...reserve("takeover", port, flags, serverFor("takeover", port))];
    return words.join(" ");
  }

  test("Ctrl-Z stops the server, jobs shows it, fg brings it back, Ctrl-C ends it", async () => {
    const port = freePort();
    await using run = await openShell(port);
    await type(run, commandLine(port), / handed to node /);
    const server = await ask(port);
    const from = run.screen.length;
    run.write(CTRL_Z);
    await untilSeen(run, /Stopped[^]*ready> /, from);
    await until("the server to stop", () => stateOf(server) === "T");
    await type(run, "jobs", /Stopped .*portguard reserve/);
    await type(run, "fg", /portguard reserve/);
    expect(await ask(port)).toBe(server);
    await type(run, CTRL_C, PROMPT);
    await type(run, "echo end=$?", "end=130");
    run.closeInput();
    await run.ended();
    await run.expectNothingLeft();
  });

  test("a job in the background goes on, and is told of Ctrl-C no more than others", async () => {
    const port = freePort();
    await using run = await openShell(port);
    await type(run, `${commandLine(port)} &`, / handed to node /);
    const server = await ask(port);
    await type(run, CTRL_C, PROMPT);
    expect(await ask(port)).toBe(server);
    await type(run, "kill -INT %1; wait %1; echo end=$?", "end=130");
    run.closeInput();
    await run.ended();
    await run.expectNothingLeft();
  });

  test("closing the terminal ends a job in the foreground", async () => {
    const port = freePort();
    await using run = await openShell(port);
    await type(run, commandLine(port), / handed to node /);
    run.closeInput();
    await run.ended();
    await run.expectNothingLeft();
  });
});
