import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { binary, driveBare, type Run, Run as AnyRun } from "../drive.ts";
import { bindsPlainly } from "../drive/plain-bind.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { driveAlone, reserve, serverFor, WAYS } from "./guarded.ts";

/** Runs a command that prints what it was given and ends. */
async function outputOf(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  await using run = driveAlone({ args, env });
  expect(await run.ended()).toBe(0);
  return run.stdout;
}

describe.each(WAYS)("by %s the command is told its port", (way) => {
  const print = ["sh", "-c", 'echo "$PORT|$HTTP_PORT|$PORT_WEB|$PORT_API|$HTTP_PORT_WEB"'];
  const given = (ports: string[], ...flags: string[]) => [
    "reserve",
    ...ports,
    "--handoff",
    way,
    ...flags,
    "--",
    ...print,
  ];

  test("in PORT", async () => {
    const port = freePort();
    expect(await outputOf(given([`${port}`]), { PORT: "1" })).toBe(`${port}||||\n`);
  });

  test("in the variable that --env names", async () => {
    const port = freePort();
    expect(await outputOf(given([`${port}`], "--env", "HTTP_PORT"), { PORT: "1" })).toBe(`1|${port}|||\n`);
  });

  test("in none with --no-env", async () => {
    expect(await outputOf(given([`${freePort()}`], "--no-env"), { PORT: "1" })).toBe("1||||\n");
  });

  test("for each name, where ports are named", async () => {
    const [web, api] = [freePort(), freePort()];
    expect(await outputOf(given([`web=${web}`, `api=${api}`]))).toBe(`${web}||${web}|${api}|\n`);
  });

  test("where it says {port}, {host}, {url} and {port:NAME}", async () => {
    const [web, api] = [freePort(), freePort()];
    const words = [
      "{port}",
      "{port:api}",
      "--at={host}:{port:web}",
      "{url}",
      "{url:api}",
      "{other}",
      "{port:web}{port:api}",
    ];
    const args = ["reserve", `web=${web}`, `api=${api}`, "--handoff", way, "--", "printf", "%s\\n", ...words];
    expect((await outputOf(args)).trimEnd().split("\n")).toEqual([
      `${web}`,
      `${api}`,
      `--at=127.0.0.1:${web}`,
      `http://127.0.0.1:${web}`,
      `http://127.0.0.1:${api}`,
      "{other}",
      `${web}${api}`,
    ]);
  });
});

test("a name that no port has is a mistake, and nothing is started", async () => {
  const port = freePort();
  await using run = driveAlone({ args: ["reserve", `web=${port}`, "--", "echo", "{port:wbe}"], ports: [port] });
  expect(await run.ended()).toBe(2);
  expect(run.stdout).toBe("");
  expect(run.voice[0]).toContain("no port is named `wbe`");
  await run.expectNothingLeft();
});

describe("--events", () => {
  const KINDS = ["held", "started", "ready", "stopping", "exit"];

  async function serveAndEnd(run: Run, ready: () => Promise<unknown>): Promise<void> {
    await ready();
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  }

  function check(lines: string, port: number): void {
    const events = lines
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ event }) => event)).toEqual(KINDS);
    for (const { schema, time } of events) {
      expect(schema).toBe(1);
      expect(new Date(String(time)).toISOString()).toBe(String(time));
    }
    expect(events[0]).toMatchObject({ ports: [{ port }] });
    expect(events[1]).toMatchObject({ way: "takeover", command: serverFor("takeover", port) });
    expect(events[3]).toMatchObject({ because: "signal" });
    expect(events[4]).toMatchObject({ exit: { kind: "signal", signal: "SIGTERM" }, ports: [port] });
  }

  test("go to a file of its owner alone, a line each", async () => {
    const port = freePort();
    await using run = driveAlone({ args: reserve("takeover", port, [], serverFor("takeover", port)), ports: [port] });
    await serveAndEnd(run, () => run.event("ready"));
    const file = join(run.folder, "events.ndjson");
    check(readFileSync(file, "utf8"), port);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("go to an open file by its number", async () => {
    const port = freePort();
    const [verb, ...args] = reserve("takeover", port, ["--events", "fd:9"], serverFor("takeover", port));
    const line = [
      "sh",
      "-c",
      'exec 9>>"${TMPDIR%/tmp}/events.ndjson"; exec setsid "$@"',
      "sh",
      binary(),
      verb!,
      ...args,
    ];
    await using run = new AnyRun(() => line, { ports: [port] });
    await serveAndEnd(run, () => run.event("ready"));
    check(readFileSync(join(run.folder, "events.ndjson"), "utf8"), port);
    expect(run.stdout).toBe("up\n");
  });
});

test("--events that can't be written (a full disk) are missed, which is said once, and the command goes on", async () => {
  const port = freePort();
  const args = ["reserve", `${port}`, "--events", "/dev/full", "--", ...serverFor("takeover", port)];
  await using run = driveBare([binary(), ...args]);
  await until("its start", () => run.stdout.includes("up"));
  await until("its word", () => run.voice.some((line) => line.includes(" handed to ")));
  expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  expect(run.voice.filter((line) => line.startsWith("warning"))).toEqual([
    "warning: events can't be written to `/dev/full` now: what happens meanwhile is not told there",
  ]);
});

describe("--quiet", () => {
  test("leaves out what went as it should", async () => {
    const port = freePort();
    const args = reserve("takeover", port, ["--quiet"], serverFor("takeover", port));
    await using run = driveAlone({ args, ports: [port] });
    await run.event("ready");
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    expect(run.stderr).toBe("");
  });

  test("still warns", async () => {
    const port = freePort();
    await using run = driveAlone({ args: reserve("takeover", port, ["--quiet"], ["true"]), ports: [port] });
    expect(await run.ended()).toBe(0);
    expect(run.voice).toEqual([
      `warning: true ended with 0 without having served on ${port}`,
      "hint: if it was meant to serve, its own output says why it did not",
    ]);
  });
});

describe("--dry-run", () => {
  async function plan(...args: string[]): Promise<string> {
    await using run = driveBare([binary(), "reserve", ...args, "--events", "never", "--", "touch", "started"]);
    expect(await run.ended()).toBe(0);
    expect(run.stderr).toBe("");
    for (const file of ["never", "started"]) expect(existsSync(join(run.folder, "work", file))).toBeFalse();
    return run.stdout;
  }

  test("shows the plan and does nothing", async () => {
    const port = freePort();
    expect((await plan(`${port}`, "--dry-run")).split("\n")).toEqual([
      `hold       tcp ${port} on every address`,
      "hand-over  by takeover",
      "hand-over  by release if that is refused",
      "start      touch started, with PORT set",
      "ready      when it waits for connections, in 10s",
      "restart    at SIGHUP or `portguard restart`: a new generation gets the same sockets; when it is ready, the old one is stopped",
      "guard      SIGTERM, 10 s, SIGKILL; daemons without the port are left",
      "",
    ]);
    expect(bindsPlainly("0.0.0.0", port)).toBeTrue();
  });

  test("shows it as one object with --json", async () => {
    const port = freePort();
    const json = JSON.parse(await plan(`${port}`, "--dry-run", "--json", "--handoff", "release", "--kill-all"));
    expect(json).toEqual({
      schema: 1,
      ok: true,
      plan: {
        steps: [
          { do: "hold", what: `tcp ${port} on every address` },
          { do: "hand-over", what: "by release" },
          { do: "start", what: "touch started, with PORT set" },
          { do: "ready", what: "when it waits for connections, in 10s" },
          {
            do: "restart",
            what: "at SIGHUP or `portguard restart`: the old one is stopped first, and clients may be refused meanwhile",
          },
          { do: "guard", what: "SIGTERM, 10 s, SIGKILL; daemons too" },
        ],
      },
    });
  });

  test("says how generations would follow each other", async () => {
    const flags = [
      "--ready",
      "http:/health",
      "--restart",
      "always",
      "--restart-mode",
      "stop-first",
      "--queue-timeout",
      "5s",
    ];
    const lines = (await plan(`${freePort()}`, "--dry-run", ...flags, "--watch", "src/*")).split("\n");
    expect(lines.filter((line) => /^(?:ready|restart) /.test(line))).toEqual([
      "ready      when it answers GET /health with less than 500, in 10s",
      "restart    at SIGHUP or `portguard restart`, or when a watched file changes: the old one is stopped first, and clients wait",
      "restart    whenever it ends: after 100ms, then twice as long each time up to 10s; not after 5 starts that never served; clients wait 5s",
    ]);
  });

  test("does not mind a port that is held", async () => {
    const port = freePort();
    const holder = Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
    expect(await plan(`${port}`, "--dry-run")).toContain(`hold       tcp ${port} on every address\n`);
    holder.stop(true);
  });
});
