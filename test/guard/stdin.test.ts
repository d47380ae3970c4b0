import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { binary, type Run } from "../drive.ts";
import { get } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { driveAlone, driveBelow, program, reserve, serverFor, WAYS } from "./guarded.ts";

/** Parents of portguard, each the process that is driven; it closes its end at SIGUSR1, and stays. */
const PARENTS = {
  "a pipe": `exec bash -c 'trap "exec 3>&-" USR1; exec 3> >(exec setsid "$@"); wait $!; wait $!; kill -STOP $$' bash "$@"`,
  "a socket": `exec node ${program("parent.mjs")} pipe setsid "$@"`,
  nothing: `exec node ${program("parent.mjs")} ignore setsid "$@"`,
};
type Kind = keyof typeof PARENTS;
const WATCHED = ["a pipe", "a socket"] as const;

/** Serves below such a parent; the run's own process is the parent. */
async function serve(kind: Kind, port: number, flags: readonly string[] = []): Promise<Run> {
  const args = reserve("takeover", port, flags, serverFor("takeover", port, "--hear", "SIGTERM"));
  const run = driveBelow(PARENTS[kind], { args, ports: [port] });
  await run.event("ready");
  return run;
}

/** Portguard itself, as it is not the process that is driven here. */
const frontOf = (run: Run) => run.processes().find(({ command }) => command.startsWith(`${binary()} reserve`))?.pid;

const reasons = (run: Run) => run.events.filter(({ event }) => event === "stopping").map(({ because }) => because);

/** It is not stopped, however long one asks; and when it is told to end, that is the first reason it has. */
async function expectStays(run: Run, port: number): Promise<void> {
  const front = frontOf(run)!;
  await until("its parent to be gone", () => !readFileSync(`/proc/${front}/stat`, "utf8").includes(` ${run.pid} `));
  for (let count = 0; count < 10; count++) expect((await get("127.0.0.1", port)).status).toBe(200);
  process.kill(front, "SIGTERM");
  await until("a reason", () => reasons(run).length > 0);
  expect(reasons(run)).toEqual(["signal"]);
}

describe.each(WATCHED)("where stdin is %s", (kind) => {
  test("the death of the parent ends the server at once", async () => {
    await using run = await serve(kind, freePort(), ["--grace", "1s"]);
    run.signal("SIGKILL");
    await until("SIGTERM", () => run.stdout.includes("got SIGTERM"));
    expect(reasons(run)).toEqual(["parent-gone"]);
    await run.expectNothingLeft(5000);
    expect(run.voice).toContain("stopping: the process that started portguard is gone");
  });

  test("a parent that closes it and lives has the server ended after the grace", async () => {
    await using run = await serve(kind, freePort(), ["--grace", "1s"]);
    const begin = performance.now();
    run.signal("SIGUSR1");
    await until("SIGTERM", () => run.stdout.includes("got SIGTERM"));
    expect(performance.now() - begin).toBeGreaterThan(1000);
    expect(reasons(run)).toEqual(["stdin-closed"]);
    await until("the end of portguard", () => frontOf(run) === undefined);
    expect(run.events.at(-1)).toMatchObject({ event: "exit", exit: { kind: "signal", signal: "SIGKILL" } });
    await run.stop("SIGKILL");
    await run.expectNothingLeft();
  });

  test("the server outlives the parent with --outlive-parent", async () => {
    const port = freePort();
    await using run = await serve(kind, port, ["--outlive-parent"]);
    run.signal("SIGKILL");
    await expectStays(run, port);
  });

  test("a parent that died while the port was waited for is missed", async () => {
    const port = freePort();
    const holder = Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
    const args = reserve("takeover", port, ["--if-held", "wait=30s"], serverFor("takeover", port));
    await using run = driveBelow(PARENTS[kind], { args, ports: [port] });
    await run.event("waiting");
    await run.stop("SIGKILL");
    holder.stop(true);
    await until("the end of portguard", () => frontOf(run) === undefined);
    expect(["parent-gone", "stdin-closed"]).toContain(reasons(run).join());
    await run.expectNothingLeft();
  });

  test("the death of the parent lets go of a port that is only held", async () => {
    const port = freePort();
    await using run = driveBelow(PARENTS[kind], { args: ["reserve", `${port}`], ports: [port] });
    await run.event("held");
    run.signal("SIGKILL");
    await run.expectNothingLeft(5000);
    // Its end of stdin is closed with it: which of the two is seen first is chance.
    expect(["parent-gone", "stdin-closed"]).toContain(reasons(run).join());
  });
});

test("where stdin is /dev/null the death of the parent ends nothing", async () => {
  const port = freePort();
  await using run = await serve("nothing", port);
  run.signal("SIGKILL");
  await expectStays(run, port);
});

test.each(WAYS)("what is written to stdin arrives at the command, by %s, and nothing else", async (way) => {
  const port = freePort();
  const text = Array.from({ length: 20_000 }, (_, index) => `line ${index}`).join("\n");
  await using run = driveAlone({ args: reserve(way, port, [], ["cat"]), ports: [port], stdin: "pipe" });
  run.write(text);
  run.closeInput();
  expect(await run.ended()).toBe(0);
  expect(run.stdout).toBe(text);
  await run.expectNothingLeft();
});
