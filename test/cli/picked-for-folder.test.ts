import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { loadOs } from "../../src/os/index.ts";
import { get } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { addressesHere, bindsPlainly } from "../drive/plain-bind.ts";
import { until } from "../drive/until.ts";
import { binary, drive, driveBare, type Run } from "../drive.ts";
import { program } from "../guard/guarded.ts";
import { childsWord } from "../reserve/hand-over.ts";
import { Thieves } from "../reserve/thieves.ts";
import { emptyFolder, type WorkFolder } from "../servers/work-folder.ts";

/** Rounds in which every kind of thief goes for a port that is taken over. */
const ROUNDS = 8;
const TRIES = 20_000;
const FORMS = addressesHere(["127.0.0.1", "0.0.0.0", "::1", "::"]);
const os = await loadOs();

let place: WorkFolder;
/** Ended with their keepers, whatever becomes of the test. */
let runs: Run[];

beforeEach(() => {
  place = emptyFolder();
  runs = [];
  for (const folder of ["shop/.git", "shop/deep", "other"]) mkdirSync(place.file(folder), { recursive: true });
  writeFileSync(place.file("shop/.git/HEAD"), "ref: refs/heads/main\n");
});

afterEach(async () => {
  await Promise.all(runs.map((run) => run[Symbol.asyncDispose]()));
  place[Symbol.dispose]();
});

const at = (folder: string) => ({ cwd: place.file(folder), env: { XDG_STATE_HOME: place.file("s") } });

async function pick(folder: string, ...args: readonly string[]) {
  const run = driveBare([binary(), "pick", "--json", ...args], at(folder));
  runs.push(run);
  expect({ end: await run.ended(), stderr: run.stderr }).toEqual({ end: 0, stderr: "" });
  return JSON.parse(run.stdout) as { ports: number[]; keeper: number };
}

function reserve(folder: string, ...args: readonly string[]): Run {
  const run = drive({ args: ["reserve", ...args], ...at(folder) });
  runs.push(run);
  return run;
}

const idsOn = (port: number) => os.sockets({ port, protocol: "tcp" }).map(({ id }) => id);
const isKept = (port: number) => FORMS.every((form) => !bindsPlainly(form, port));
const records = () => readdirSync(place.file("s/portguard/reservations")).filter((name) => name.endsWith(".json"));
const isGone = (pid: number) => os.process(pid) === undefined;

describe("pick --stable, asked again while the port is kept,", () => {
  test("gives the same one, for the later of both ends, and a further one beside it", async () => {
    const before = performance.now();
    const first = await pick("shop", "--stable", "--for", "1s");
    expect(await pick("shop/deep", "--stable", "--for", "60s")).toEqual(first);
    expect(await pick("shop", "--stable", "--for", "0s")).toEqual(first);
    const two = await pick("shop", "--stable", "--for", "0s", "--count", "2");
    expect(two).toEqual({ ...first, ports: [first.ports[0]!, expect.any(Number)] });
    await until("the end of the further one", () => bindsPlainly("127.0.0.1", two.ports[1]!));
    await until("more than the first one's time", () => performance.now() > before + 1500);
    expect(isKept(first.ports[0]!)).toBe(true);
    expect((await pick("other", "--stable")).ports).not.toEqual(first.ports);
  });

  test("gives it to ten at a time, and one process keeps it", async () => {
    const picks = await Promise.all(Array.from({ length: 10 }, () => pick("shop", "--stable", "--for", "60s")));
    expect(new Set(picks.map(({ ports, keeper }) => `${ports.join()} ${keeper}`)).size).toBe(1);
    expect(records()).toHaveLength(1);
  });

  test("gives another one while the folder's own server has it", async () => {
    const { ports } = await pick("shop", "--stable", "--for", "60s");
    using _server = Bun.listen({ hostname: "127.0.0.1", port: ports[0]!, socket: { data() {} } });
    expect((await pick("shop", "--stable", "--for", "60s")).ports).not.toEqual(ports);
  });
});

describe("reserve takes over what pick keeps for its folder:", () => {
  test("the very sockets, and nobody gets in between", async () => {
    const { ports, keeper } = await pick("shop", "--for", "60s");
    const port = ports[0]!;
    const kept = new Set(idsOn(port));
    // Those that a pick keeps away; it gives way to the others by intent.
    await using thieves = new Thieves(["plain", "plain"]);
    await thieves.attack({ port });
    const run = reserve("shop/deep", `${port}`, "--", "node", program("server.mjs"), `${port}`);
    expect(await run.event("ready")).toMatchObject({ way: "takeover" });
    expect((await thieves.stop()).wins).toEqual([]);
    for (const id of idsOn(port)) expect(kept).toContain(id);
    expect(run.voice[0]).toMatch(new RegExp(`^took ${port} over from the reservation shop-${port}$`));
    expect((await get("127.0.0.1", port)).status).toBe(200);
    await until("the keeper's end", () => isGone(keeper));
    await until("the server's own record", () => records().length === 1);
    expect(await run.stop()).toBe("SIGTERM");
    expect(records()).toEqual([]);
  });

  test("from then on it is exclusive, whoever tried to slip in", async () => {
    await using thieves = new Thieves();
    for (let round = 0; round < ROUNDS; round++) {
      const { ports } = await pick("shop", "--for", "60s");
      const port = ports[0]!;
      if (round % 2 === 0) await thieves.attack({ port });
      const run = reserve("shop", `${port}`, "--if-held", "wait=60s");
      const heldMs = Date.parse((await run.event("held", 60_000)).time);
      if (round % 2 === 1) await thieves.attack({ port });
      await until("many attempts", () => Math.min(...thieves.tries) > TRIES);
      const { wins } = await thieves.stop();
      expect(wins.filter(({ ms }) => ms > heldMs)).toEqual([]);
      expect(await run.stop()).toBe("SIGTERM");
    }
  }, 120_000);

  test("one of several, and gives it back where all can't be had", async () => {
    const { ports, keeper } = await pick("shop", "--count", "2", "--for", "60s");
    const [one = 0, two = 0] = ports;
    const taken = freePort();
    using _server = Bun.listen({ hostname: "127.0.0.1", port: taken, socket: { data() {} } });
    const failed = reserve("shop", `${one}`, `${taken}`);
    expect(await failed.ended()).toBe(125);
    expect(isKept(one)).toBe(true);
    // As before, it gives way to whoever asks for it as servers do.
    const child = driveBare([process.execPath, "test/reserve/programs/child.ts", "--share", "--port", `${one}`], {
      cwd: process.cwd(),
    });
    runs.push(child);
    expect(await childsWord(child)).toBe("listening");
    const run = reserve("shop", `${two}`);
    await run.event("adopted");
    await until("the keeper's end", () => isGone(keeper));
    expect(await run.stop()).toBe("SIGTERM");
  });

  test("and holds less of it where less was asked for", async () => {
    const { ports, keeper } = await pick("shop", "--for", "60s");
    const run = reserve("shop", `127.0.0.1:${ports[0]}`);
    await run.event("held");
    await until("the keeper's end", () => isGone(keeper));
    expect(bindsPlainly("127.0.0.1", ports[0]!)).toBe(false);
    if (FORMS.includes("::1")) expect(bindsPlainly("::1", ports[0]!)).toBe(true);
  });

  test("pick --stable --exec, too, and the next pick gets another one then", async () => {
    const { ports } = await pick("shop", "--stable", "--for", "60s");
    const command = ["sh", "-c", 'echo "$0"; exec node "$1" "$0"', "{port}", program("server.mjs")];
    const run = driveBare([binary(), "pick", "--stable", "--exec", "--", ...command], at("shop"));
    runs.push(run);
    await until("the server", async () => (await get("127.0.0.1", ports[0]!)).status === 200);
    expect(run.stdout).toStartWith(`${ports[0]}\n`);
    expect((await pick("shop", "--stable")).ports).not.toEqual(ports);
  });
});

test("what pick keeps for another folder is never taken over", async () => {
  const { ports, keeper } = await pick("shop", "--for", "60s");
  const port = ports[0]!;
  const kept = idsOn(port).toSorted();
  const failed = reserve("other", `${port}`);
  expect(await failed.ended()).toBe(125);
  expect(failed.voice[0]).toStartWith(`port ${port} is picked for ${place.file("shop")}, and held by portguard (pid`);
  expect(failed.voice.at(-1)).toStartWith("hint: `portguard reserve` takes it over there; ");
  const next = reserve("other", `${port}`, "--if-held", "next");
  expect(await next.event("moved")).toMatchObject({ from: port });
  const adopt = reserve("other", "--adopt", `shop-${port}`);
  expect(await adopt.ended()).toBe(125);
  expect(adopt.voice[0]).toEndWith(" is no reservation: `pick` keeps its ports");
  expect(idsOn(port).toSorted()).toEqual(kept);
  expect(isGone(keeper)).toBe(false);
});

test("who ends the process that keeps a pick finds nothing of it recorded", async () => {
  const { ports, keeper } = await pick("shop", "--for", "60s");
  process.kill(keeper, "SIGTERM");
  await until("its record gone", () => records().length === 0);
  await until("the port free", () => bindsPlainly("127.0.0.1", ports[0]!));
});
