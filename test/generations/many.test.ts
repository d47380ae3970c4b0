import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { freePort } from "../drive/free-port.ts";
import { describeServer } from "../servers/find-server.ts";
import { driveAlone, reserve } from "../guard/guarded.ts";
import { answerer, eventOf, pidOf, Script, startCommand } from "./succession.ts";

/** `PORTGUARD_TEST_GENERATIONS=200` takes a minute. */
const GENERATIONS = Number(process.env["PORTGUARD_TEST_GENERATIONS"] ?? 40);
const GROWTH_KB = 12_000;

function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Anonymous memory: the pages of the executable that happen to be there are nobody's growth. */
function memoryKb(pid: number): number {
  return Number(/^RssAnon:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

/** The children of a process, by their state letters. */
function children(pid: number): string[] {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return pids.map((child) => readFileSync(`/proc/${child}/stat`, "utf8").split(") ")[1]![0]!);
}

describeServer("go", (server) => {
  test(`${GENERATIONS} generations leave no open file, no zombie and no memory behind`, async () => {
    const port = freePort();
    await using started = await startCommand("takeover", port, [], [server, `127.0.0.1:${port}`]);
    const { run } = started;
    const restartTo = async (last: number, first: number) => {
      for (let generation = first; generation <= last; generation++) {
        run.signal("SIGHUP");
        await eventOf(run, "retired", generation - 1);
      }
    };
    await restartTo(10, 2);
    const before = { files: openFiles(run.pid), memory: memoryKb(run.pid) };
    await restartTo(GENERATIONS, 11);
    expect(openFiles(run.pid)).toBe(before.files);
    expect(children(run.pid)).toEqual(["S"]);
    expect(memoryKb(run.pid) - before.memory).toBeLessThan(GROWTH_KB);
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft();
  });
});

/** Serves on the first port, and on the second one unless it is told not to. */
const TWO_PORTS = `
const [first, second, ...broken] = process.argv.slice(1);
const serve = (port) => require("node:http").createServer((_, response) => response.end(String(process.pid))).listen(Number(port));
serve(first);
if (broken.length === 0) serve(second);`;

test("a new generation that serves on one of its two ports only leaves the old one on both", async () => {
  const ports = [freePort(), freePort()] as const;
  const command = (...flags: string[]) => `exec node --eval '${TWO_PORTS}' ${ports.join(" ")} ${flags.join(" ")}\n`;
  using script = new Script(command());
  await using started = await startCommand(
    "takeover",
    ports[0],
    [`${ports[1]}`, "--ready-timeout", "1s"],
    script.command,
  );
  const { run } = started;
  script.write(command("broken"));
  run.signal("SIGHUP");
  await eventOf(run, "restart-failed", 2);
  await eventOf(run, "retired", 2);
  for (const port of ports) expect(await answerer(port)).toBe(await pidOf(run, 1));
  expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  await run.expectNothingLeft();
});

describeServer("redis-server", (server) => {
  test("a command that goes to the background is ended, which is said with the way to run it", async () => {
    const port = freePort();
    const args = reserve("takeover", port, [], ["sh", "-c", `setsid ${server} --port ${port} --save "" & sleep 1`]);
    await using run = driveAlone({ args, ports: [port] });
    expect(await run.ended()).toBe(0);
    const warned = run.events.filter(({ event, code }) => event === "warning" && code === "WENT_TO_BACKGROUND");
    const what = /^sh went to the background, where it can't be guarded: ended, with redis-server \(pid \d+\)$/;
    const hint = "run it in the foreground: `redis-server --daemonize no`";
    expect(warned).toEqual([expect.objectContaining({ what: expect.stringMatching(what), hint })]);
    await run.expectNothingLeft();
  });
});
