import { readFileSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { drive, type LoggedEvent, type Run } from "../drive.ts";
import { bindingChild, childsWord, heldSince, InheritingChild, type MakeCommand, startHandOver } from "./hand-over.ts";
import { TestSocket } from "./test-socket.ts";
import { type Loot, Thieves } from "./thieves.ts";

/** Hand-overs for each way and address. */
const HAND_OVERS = Number(process.env["PORTGUARD_TEST_HANDOVERS"] ?? 50);
/** Holds that somebody tries to slip into. */
const HOLDS = Math.ceil(HAND_OVERS / 2);
/** Hand-overs by release for each moment at which the thieves begin. */
const RELEASES = Math.ceil(HAND_OVERS / 3);
const ADDRESSES = ["127.0.0.1", "0.0.0.0", "::1", "::"];
/** So often each thief tries on a port that is merely held. */
const TRIES = 100_000;
/** How long a thief keeps a port that is to be held. */
const GRIP_MS = 10;
const PATIENCE_MS = 30_000 + HAND_OVERS * 4000;

/** What was got after the port was said to be held. The event's time is cut to whole milliseconds. */
function thefts({ wins }: Loot, heldMs: number): Loot["wins"] {
  return wins.filter(({ ms }) => ms > heldMs);
}

describe("the thieves of these tests are real:", () => {
  test.each([
    ["reuseaddr", "bound with SO_REUSEADDR", ["reuseaddr"] as const],
    ["reuseport", "bound with SO_REUSEPORT", ["reuseport"] as const],
  ])("a %s thief listens on a port that is %s", async (kind, _, options) => {
    await using thieves = new Thieves();
    using hold = new TestSocket({ address: "::", options });
    await thieves.attack({ port: hold.port });
    await until("a theft", () => thieves.wins.some((win) => win.kind === kind && win.listens));
    await thieves.stop();
  });

  test("any of them listens on ::1 where only 0.0.0.0 is held", async () => {
    await using thieves = new Thieves();
    using hold = new TestSocket({ address: "0.0.0.0" });
    await thieves.attack({ port: hold.port });
    const kinds = () => new Set(thieves.wins.filter(({ listens }) => listens).map(({ kind }) => kind));
    await until("thefts of each kind", () => kinds().size === 3);
    expect(new Set((await thieves.stop()).wins.map(({ address }) => address))).toEqual(new Set(["::1"]));
  });

  test("one of them gets in when two sockets are made shareable for the moment of a crossing", async () => {
    await using thieves = new Thieves();
    using hold = new TestSocket({ address: "::" });
    await thieves.attack({ port: hold.port });
    await until("a theft", () => {
      for (let round = 0; round < 100; round++) crossNaively(hold);
      return thieves.wins.some(({ listens }) => listens);
    });
    await thieves.stop();
  });
});

/** Binds 127.0.0.1 beside the wildcard, both shareable as long as it takes. */
function crossNaively(hold: TestSocket): void {
  hold.share(true);
  try {
    using _beside = new TestSocket({ address: "127.0.0.1", port: hold.port, options: ["reuseaddr"] });
  } catch {
    // a thief was there first
  }
  hold.share(false);
}

describe("nobody gets in between", () => {
  test.each(["tcp", "udp"] as const)("while a %s port is held", async (protocol) => {
    const port = freePort();
    await using thieves = new Thieves();
    await thieves.attack({ port, protocol });
    await using run = drive({ args: ["reserve", `${port}/${protocol}`, "--if-held", "wait=60s"], ports: [port] });
    const heldMs = await heldSince(run);
    await until("many attempts", () => Math.min(...thieves.tries) > TRIES);
    expect(thefts(await thieves.stop(), heldMs)).toEqual([]);
    expect(await run.stop()).toBe("SIGTERM");
    await run.expectNothingLeft();
  });

  test("and whoever slips in while a hold is being made is seen before the port is said to be held", async () => {
    await using thieves = new Thieves(["reuseaddr"]);
    for (let round = 0; round < HOLDS; round++) {
      const port = freePort();
      await thieves.attack({ port, keepMs: GRIP_MS, sneaks: true });
      await using run = drive({ args: ["reserve", `${port}`, "--if-held", "wait=60s"] });
      const heldMs = await heldSince(run);
      const { wins } = await thieves.stop();
      // a timer may be a little early
      expect(wins.filter(({ ms }) => ms + GRIP_MS - 2 > heldMs)).toEqual([]);
      expect(await run.stop()).toBe("SIGTERM");
    }
  });

  describe.each(ADDRESSES)("when a child gets %s", (address) => {
    test("by takeover", () => expectNoTheft("takeover", address, bindingChild), PATIENCE_MS);

    test(
      "by inherit",
      async () => {
        using child = new InheritingChild();
        await expectNoTheft("inherit", address, child.command);
      },
      PATIENCE_MS,
    );
  });
});

async function expectNoTheft(way: "takeover" | "inherit", address: string, command: MakeCommand): Promise<void> {
  await using thieves = new Thieves();
  for (let round = 0; round < HAND_OVERS; round++) {
    const port = freePort();
    await thieves.attack({ port });
    await using run = startHandOver({ way, address, command, port });
    const heldMs = await heldSince(run);
    expect(await childsWord(run)).toBe("listening");
    // each tries every address once more after the child's listen(): what the child did not take is held still
    const loot = await thieves.stop();
    expect(thefts(loot, heldMs)).toEqual([]);
    expect((await run.event("started"))["way"]).toBe(way);
    expect(await run.stop()).toBe("SIGTERM");
    expect(run.voice.filter((line) => line.startsWith("warning"))).toEqual([]);
  }
}

describe("by release every theft is detected and named, and without one the child serves,", () => {
  test(
    "when the thieves begin as soon as the port is held",
    async () => expect(await countThefts((run) => run.event("held"))).toBeGreaterThan(0),
    PATIENCE_MS,
  );

  test("when they begin with the child", () => countThefts((run) => run.event("started")), PATIENCE_MS);

  test(
    "when they come after the child has listened",
    async () => expect(await countThefts(childsWord)).toBe(0),
    PATIENCE_MS,
  );
});

/** Lets thieves that keep what they get begin at this moment of each hand-over; answers how many hand-overs they spoilt. */
async function countThefts(moment: (run: Run) => Promise<unknown>): Promise<number> {
  await using thieves = new Thieves();
  let spoilt = 0;
  for (let round = 0; round < RELEASES; round++) {
    const port = freePort();
    await using run = driveRelease(port);
    await moment(run);
    await thieves.attack({ port, keepMs: 60_000 });
    const outcome = await until("an outcome", () => run.events.find(({ event }) => /^(ready|error|exit)$/.test(event)));
    const { wins } = await thieves.stop();
    if (wins.length > 0) await expectNamed(run, outcome, wins);
    else await expectServed(run, outcome);
    spoilt += Number(wins.length > 0);
  }
  return spoilt;
}

/** The child takes every address, so that nobody can take another one beside it. */
function driveRelease(port: number): Run {
  return drive({
    args: ["reserve", "--handoff", "release", `${port}`, "--", ...bindingChild("::", port)],
    ports: [port],
  });
}

async function expectNamed(run: Run, outcome: LoggedEvent, wins: Loot["wins"]): Promise<void> {
  const { code, what } = (outcome["error"] ?? {}) as { code?: string; what?: string };
  expect({ event: outcome.event, code }).toEqual({ event: "error", code: "PORT_STOLEN" });
  expect(wins.map(({ pid }) => `${nameOf(pid)} (pid ${pid})`).filter((name) => what?.includes(name))).not.toEqual([]);
  expect(await run.ended()).toBe(125);
  expect(run.voice).toContain(what!);
  expect(run.processes()).toEqual([]);
}

async function expectServed(run: Run, outcome: LoggedEvent): Promise<void> {
  expect(outcome.event).toBe("ready");
  expect(await childsWord(run)).toBe("listening");
  expect(outcome["bound"]).toEqual([expect.objectContaining({ pid: childOf(run) })]);
  expect(await run.stop()).toBe("SIGTERM");
}

function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}

function childOf(run: Run): unknown {
  return run.events.find(({ event }) => event === "started")?.["pid"];
}
