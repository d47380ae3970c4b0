import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { loadOs } from "../../src/os/index.ts";
import { binary, drive, driveBare, type Run } from "../drive.ts";
import { get } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { bindsPlainly } from "../drive/plain-bind.ts";
import { until } from "../drive/until.ts";
import { program, serverFor, WAYS } from "./guarded.ts";

const os = await loadOs();
const PLACES = ["127.0.0.1", "0.0.0.0", "::1", "::"];

function adopt(of: Run, flags: readonly string[], command: readonly string[] = []): Run {
  const rest = command.length === 0 ? [] : ["--", ...command];
  return drive({ args: ["reserve", "--adopt", "api", ...flags, ...rest], env: { XDG_STATE_HOME: of.state } });
}

async function hold(port: number, ...flags: readonly string[]): Promise<Run> {
  const run = drive({ args: ["reserve", `${port}`, "--name", "api", ...flags] });
  await run.event("held");
  return run;
}

const idsOn = (port: number) => new Set(os.sockets({ port, protocol: "tcp" }).map(({ id }) => id));

async function expectEnds(run: Run): Promise<void> {
  expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  await run.expectNothingLeft();
}

describe("a hold that another portguard adopts", () => {
  test.each(WAYS)("hands its very sockets on, and its name, by %s", async (way) => {
    const port = freePort();
    await using holder = await hold(port);
    const held = idsOn(port);
    const thefts: string[] = [];
    const thief = setInterval(() => thefts.push(...PLACES.filter((place) => bindsPlainly(place, port))), 0);
    // By release the port is let go for the command, as without a hold before it.
    if (way === "release") clearInterval(thief);
    await using next = adopt(holder, ["--handoff", way, "--ready-timeout", "60s"], serverFor(way, port));
    expect(await next.event("ready")).toMatchObject({ way });
    clearInterval(thief);
    expect(thefts).toEqual([]);
    if (way !== "release") for (const id of idsOn(port)) expect(held).toContain(id);
    expect(await holder.ended()).toBe(0);
    expect(holder.voice.at(-1)).toBe(`handed on to another portguard (pid ${next.pid})`);
    expect(next.voice).toContain(`took ${port} over from the reservation api`);
    expect((await get("127.0.0.1", port)).status).toBe(200);
    const records = readdirSync(join(holder.state, "portguard/reservations"));
    expect(records.toSorted()).toEqual(["api.json", "api.sock"]);
    await expectEnds(next);
    expect(readdirSync(join(holder.state, "portguard/reservations"))).toEqual([]);
  });

  test.each([1, 2, 3, 4])("goes to one of two that ask at once, and the other one hears of it (%d)", async () => {
    const port = freePort();
    await using holder = await hold(port);
    const command = serverFor("takeover", port);
    await using one = adopt(holder, ["--ready-timeout", "60s"], command);
    await using other = adopt(holder, ["--ready-timeout", "60s"], command);
    const both = [one, other];
    const isRefused = (run: Run) => run.events.some(({ event }) => event === "error");
    const loser = await until("one that is refused", () => both.find(isRefused));
    expect(await loser.ended()).toBe(125);
    expect(loser.events.map(({ event }) => event)).toEqual(["error"]);
    const winner = both.find((each) => each !== loser)!;
    await winner.event("ready");
    expect(await holder.ended()).toBe(0);
    expect(holder.voice.at(-1)).toBe(`handed on to another portguard (pid ${winner.pid})`);
    await expectEnds(winner);
  });

  test("keeps its labels, and may have another name from then on", async () => {
    const [web, api] = [freePort(), freePort()];
    await using holder = drive({ args: ["reserve", `web=${web}`, `api=${api}`, "--name", "api"] });
    await holder.event("held");
    const command = ["sh", "-c", 'echo "$0"; exec sleep 600', "{port:api}"];
    await using next = adopt(holder, ["--name", "shop"], command);
    await next.event("started");
    await until("its words", () => next.stdout === `${api}\n`);
    expect(await holder.ended()).toBe(0);
    expect(readdirSync(join(holder.state, "portguard/reservations")).toSorted()).toEqual(["shop.json", "shop.sock"]);
    await expectEnds(next);
  });

  test("is kept where the command can't be run, and where it is no mere hold", async () => {
    const port = freePort();
    await using holder = await hold(port);
    await using wrong = adopt(holder, [], ["nothing-like-it"]);
    expect(await wrong.ended()).toBe(127);
    await using server = adopt(holder, ["--ready-timeout", "60s"], ["node", program("server.mjs"), `${port}`]);
    await server.event("ready");
    await using late = adopt(holder, [], ["true"]);
    expect(await late.ended()).toBe(125);
    expect(late.voice[0]).toBe(
      "the reservation api can't be adopted: it does not only hold its ports, it runs a command on them",
    );
    expect((await get("127.0.0.1", port)).status).toBe(200);
    await expectEnds(server);
    await using none = adopt(holder, [], ["true"]);
    expect(await none.ended()).toBe(125);
    expect(none.voice[0]).toBe("no reservation is called api");
    expect(none.events.map(({ event }) => event)).toEqual(["error"]);
  });
});

describe("a detached hold", () => {
  test("outlives the shell that asked for it, until it is adopted or freed by its name", async () => {
    const port = freePort();
    await using shell = driveBare([binary(), "reserve", `${port}`, "--name", "api", "--detach"]);
    expect(await shell.ended()).toBe(0);
    const [line = ""] = shell.voice;
    expect(line).toMatch(new RegExp(`^${port} held until it is stopped by portguard \\(pid \\d+\\), as api$`));
    expect(bindsPlainly("127.0.0.1", port)).toBeFalse();
    await using next = adopt(shell, ["--ready-timeout", "60s"], serverFor("takeover", port));
    await next.event("ready");
    const keeper = Number(/pid (\d+)/.exec(line)?.[1]);
    await until("the end of the detached one", () => !existsSync(`/proc/${keeper}`));
    await using free = driveBare([binary(), "free", "--name", "api", "--yes"], {
      env: { XDG_STATE_HOME: shell.state },
    });
    expect(await free.ended()).toBe(0);
    await next.ended();
    expect(bindsPlainly("127.0.0.1", port)).toBeTrue();
  });

  test("says why it can't be, in its exit code, too", async () => {
    const port = freePort();
    await using holder = await hold(port);
    await using shell = driveBare([binary(), "reserve", `${port}`, "--detach"]);
    expect(await shell.ended()).toBe(125);
    expect(shell.voice[0]).toStartWith(`port ${port} is held by portguard (pid ${holder.pid}) on `);
    expect(shell.processes()).toEqual([]);
    await expectEnds(holder);
  });
});
