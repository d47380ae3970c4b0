import { describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, type DriveOptions, Run } from "../drive.ts";
import { get } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { needThat } from "../need.ts";
import { driveAlone, program, reserve, serverFor } from "./guarded.ts";
import { anybodyCanRun, Unprivileged } from "./unprivileged.ts";

const EPERM = 1;
const EINVAL = 22;
const ENOTTY = 25;
const ENOSYS = 38;

/** Runs portguard where the kernel refuses this. */
function driveDenied(what: string, error: number, { args: [verb = "", ...rest], ...options }: DriveOptions): Run {
  const denied = [process.execPath, program("deny.ts"), what, `${error}`];
  return new Run((events) => ["setsid", ...denied, binary(), verb, "--events", events, ...rest], options);
}

/** It serves, and ends as it should. */
async function expectServes(run: Run, port: number): Promise<void> {
  expect((await get("127.0.0.1", port)).status).toBe(200);
  expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  await run.expectNothingLeft();
}

const refusals = (run: Run) => run.events.filter(({ event }) => event === "way-refused");

describe("where takeover can't be had, the next way is taken, aloud", () => {
  const KERNEL = "this kernel has no seccomp user notification (Linux 5.9 and later)";
  const SANDBOX = "this system does not let us look into the command (a sandbox, or a ptrace rule)";

  test.each([
    ["no seccomp listener: ENOSYS", "listener", ENOSYS, KERNEL],
    ["no seccomp listener: EINVAL", "listener", EINVAL, KERNEL],
    ["a seccomp listener that is forbidden", "listener", EPERM, SANDBOX],
    ["no way to put a socket into the command", "addfd", ENOTTY, KERNEL],
    ["pidfd_getfd() that is forbidden", "pidfd_getfd", EPERM, SANDBOX],
    ["no pidfd_getfd()", "pidfd_getfd", ENOSYS, KERNEL],
    ["process_vm_readv() that is forbidden", "process_vm_readv", EPERM, SANDBOX],
    ["no pidfd_open()", "pidfd_open", ENOSYS, KERNEL],
  ])("%s", async (_, what, error, because) => {
    const port = freePort();
    await using run = driveDenied(what, error, {
      args: reserve("auto", port, [], serverFor("release", port)),
      ports: [port],
    });
    expect(await run.event("ready")).toMatchObject({ way: "release" });
    expect(refusals(run)).toMatchObject([{ way: "takeover", because, instead: "release" }]);
    expect(run.voice[0]).toBe(`no takeover: ${because}; handing over by release`);
    expect(run.voice).toHaveLength(2);
    await expectServes(run, port);
  });

  test("a server that is known to take a socket inherits it", async () => {
    const port = freePort();
    await using run = driveDenied("listener", ENOSYS, {
      args: reserve("auto", port, [], ["./uvicorn", "app:app", "--port", `${port}`]),
      ports: [port],
    });
    const uvicorn = join(run.folder, "work/uvicorn");
    writeFileSync(uvicorn, `#!/bin/sh\nexec node ${program("server.mjs")} "fd:$5"\n`);
    chmodSync(uvicorn, 0o755);
    expect(await run.event("ready")).toMatchObject({ way: "inherit" });
    expect(refusals(run)).toMatchObject([{ way: "takeover", instead: "inherit" }]);
    await expectServes(run, port);
  });

  test("a portguard above this one", async () => {
    const [outer, inner] = [freePort(), freePort()];
    const nested = reserve("auto", inner, [], serverFor("release", inner));
    await using run = driveAlone({
      args: ["reserve", `${outer}`, "--ready-timeout", "60s", "--", binary(), ...nested],
      ports: [outer, inner],
    });
    await until("the inner one", () => run.voice.some((line) => line.includes(" handed to ")));
    expect(run.voice[0]).toBe(
      "no takeover: another seccomp listener is in force here (a portguard above this one, WSL's init, a sandbox); handing over by release",
    );
    expect(run.voice[1]).toStartWith(`${inner} handed to node `);
    await expectServes(run, inner);
  });
});

test("takeover does without what only kernels from 5.19 on have", async () => {
  const port = freePort();
  const args = reserve("takeover", port, [], serverFor("takeover", port));
  await using run = driveDenied("killable", EINVAL, { args, ports: [port] });
  expect(await run.event("ready")).toMatchObject({ way: "takeover" });
  await expectServes(run, port);
});

test.each([
  ["listener", ENOSYS],
  ["addfd", ENOTTY],
  ["pidfd_getfd", EPERM],
] as const)("--handoff takeover fails where %s is refused, and starts nothing", async (what, error) => {
  const port = freePort();
  const args = reserve("takeover", port, [], serverFor("takeover", port));
  await using run = driveDenied(what, error, { args, ports: [port] });
  expect(await run.ended()).toBe(125);
  await run.expectNothingLeft();
  expect(run.stdout).toBe("");
  expect(run.stderr.split("\n")).toHaveLength(3);
  expect(run.voice[0]).toContain("no takeover here: ");
  expect(run.voice[1]).toBe("hint: leave out `--handoff`: the best way that works is taken");
  expect(run.events.map(({ event }) => event)).toEqual(["held", "error"]);
});

describe("an unprivileged user", () => {
  if (!needThat("a node that any user may run", anybodyCanRun("node", "--version"))) return;

  test("gets a setuid command by release, since takeover would take its privileges away", async () => {
    const port = freePort();
    using user = new Unprivileged();
    const env = user.bring("/usr/bin/env", 0o4755);
    await using run = user.drive({
      args: reserve("auto", port, [], [env, ...serverFor("release", port)]),
      ports: [port],
    });
    const { bound } = await run.event("ready");
    expect(refusals(run)).toMatchObject([{ way: "takeover", instead: "release" }, { way: "inherit" }]);
    expect(bound).toHaveLength(1);
    await expectServes(run, port);
  });

  test("gets a command that hides itself served, and is told of it", async () => {
    const port = freePort();
    using user = new Unprivileged();
    const command = [user.bring(process.execPath), program("undumpable.ts"), `${port}`];
    await using run = user.drive({ args: reserve("auto", port, [], command), ports: [port] });
    expect(await run.event("ready")).toMatchObject({ way: "takeover", bound: [{ at: { port } }] });
    const warnings = run.events.filter(({ event }) => event === "warning");
    expect(warnings).toMatchObject([{ code: "HANDOFF_FAULT" }]);
    expect(run.voice[0]).toMatch(
      /^warning: process \d+ may not be looked into .*: the ports were let go for it to bind$/,
    );
    await expectServes(run, port);
  });

  test("may start an agent that hides itself before the server, which still gets the held port", async () => {
    const port = freePort();
    using user = new Unprivileged();
    const agent = [user.bring(process.execPath), program("undumpable.ts"), "./agent-that-hides-itself"];
    const script = '"$1" "$2" "$3" & until [ -S "$3" ]; do sleep 0.01; done; shift 3; exec "$@"';
    const command = ["sh", "-c", script, "sh", ...agent, ...serverFor("takeover", port)];
    await using run = user.drive({ args: reserve("takeover", port, [], command), ports: [port] });
    await run.event("ready");
    expect(run.voice).toHaveLength(1);
    await expectServes(run, port);
  });
});
