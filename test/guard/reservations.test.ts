import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Reservation } from "../../src/core/reservation.ts";
import { binary, drive, driveBare, type Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { need } from "../need.ts";
import { driveBelow, serverFor } from "./guarded.ts";

/** One user's state, in which several portguards meet. */
class Home implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "portguard-home-"));
  readonly env = { XDG_STATE_HOME: this.path };
  readonly records = join(this.path, "portguard/reservations");

  reserve(port: number, flags: readonly string[] = [], command: readonly string[] = serverFor("takeover", port)): Run {
    const args = ["reserve", `${port}`, "--ready-timeout", "60s", ...flags, "--", ...command];
    return drive({ args, ports: [port], env: this.env });
  }

  hold(port: number, flags: readonly string[] = []): Run {
    return drive({ args: ["reserve", `${port}`, ...flags], ports: [port], env: this.env });
  }

  /** The words of `portguard list`, and how it ended. */
  async list(...flags: readonly string[]): Promise<{ out: string; err: string; code: number | NodeJS.Signals }> {
    await using run = driveBare([binary(), "list", ...flags], { env: this.env });
    const code = await run.ended();
    return { out: run.stdout, err: run.stderr, code };
  }

  read(name: string): Reservation {
    return JSON.parse(readFileSync(join(this.records, `${name}.json`), "utf8")) as Reservation;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

interface ListJson {
  readonly ok: boolean;
  readonly listeners: readonly {
    readonly at: { readonly port: number };
    readonly state: string;
    readonly reservation?: string;
    readonly process?: { readonly pid: number };
  }[];
  readonly reservations: readonly Reservation[];
}

const warnings = (run: Run) => run.events.filter(({ event }) => event === "warning").map(({ code }) => code);

describe("a running reservation", () => {
  test("is recorded and listed with all that it is, and forgotten with its end", async () => {
    const port = freePort();
    using home = new Home();
    await using run = home.reserve(port);
    await run.event("ready");
    const name = `work-${port}`;
    const { pid } = await run.event("started");
    const record = home.read(name);
    expect(record).toMatchObject({
      name,
      portguard: { pid: run.pid },
      server: { pid },
      generation: 1,
      way: "takeover",
    });
    expect(run.processes().map((each) => each.pid)).toContain(record.guard?.pid ?? 0);
    expect(basename(record.directory)).toBe("work");
    expect(record.ports).toMatchObject([{ port, bound: [{ address: { text: "::" }, dual: true }] }]);
    const { out, code } = await home.list("--name", name);
    expect(code).toBe(0);
    expect(out.split("\n")[1]).toMatch(new RegExp(`^\\[::\\] +${port} +others +node +${Number(pid)} .* ${name}$`));
    const json = JSON.parse((await home.list("--json")).out) as ListJson;
    expect(json.reservations).toMatchObject([{ name, ports: [{ port }] }]);
    expect(json.listeners.filter(({ at }) => at.port === port)).toMatchObject([
      { state: "listening", reservation: name, process: { pid }, openToOthers: true },
    ]);
    expect(await home.list("--name", name, "--url")).toEqual({ out: `http://127.0.0.1:${port}\n`, err: "", code: 0 });
    await run.stop("SIGTERM");
    expect(readdirSync(home.records)).toEqual([]);
    expect(await home.list("--name", name, "--url")).toEqual({
      out: "",
      err: `portguard: no reservation is called ${name}\n`,
      code: 1,
    });
  });

  test("is found by its name where it has moved to", async () => {
    const port = freePort();
    using home = new Home();
    using _else = Bun.listen({ hostname: "0.0.0.0", port, socket: { data() {} } });
    await using run = drive({
      args: [
        "reserve",
        `web=${port}`,
        "--auto",
        "--name",
        "api",
        "--",
        "node",
        ...serverFor("takeover", 0).slice(1, 2),
        "{port}",
        "127.0.0.1",
      ],
      env: home.env,
    });
    const { bound } = await run.event("ready");
    const [{ at }] = bound as [{ at: { port: number } }];
    expect(at.port).toBeGreaterThan(port);
    expect((await home.list("--name", "api", "--url")).out).toBe(`http://127.0.0.1:${at.port}\n`);
    await run.stop();
  });

  test("that only holds is listed as held", async () => {
    const port = freePort();
    using home = new Home();
    await using run = home.hold(port, ["--name", "later"]);
    await run.event("held");
    const { out } = await home.list("--name", "later");
    expect(out.split("\n")[1]).toMatch(new RegExp(`^\\[::\\] +${port} +nobody: held +portguard +${run.pid} .* later$`));
    await run.stop("SIGTERM");
    expect(readdirSync(home.records)).toEqual([]);
  });

  test("keeps its name from others, who are told whose it is and start nothing", async () => {
    const [port, second] = [freePort(), freePort()];
    using home = new Home();
    await using first = home.hold(port, ["--name", "api"]);
    await first.event("held");
    await using other = home.reserve(second, ["--name", "api"]);
    expect(await other.ended()).toBe(125);
    const where = `${home.read("api").directory} (portguard pid ${first.pid})`;
    expect(other.voice).toEqual([
      `the name \`api\` is in use: port ${port} is reserved in ${where}`,
      "hint: take another name, or end that one; `portguard list --name api` shows it",
    ]);
    expect(other.events.map(({ event }) => event)).toEqual(["error"]);
    await first.stop();
  });

  test("is named to whoever asks for its port", async () => {
    const port = freePort();
    using home = new Home();
    await using run = home.reserve(port, ["--name", "api"]);
    await run.event("ready");
    await using other = home.hold(port);
    expect(await other.ended()).toBe(125);
    const { pid } = await run.event("started");
    const { directory } = home.read("api");
    expect(other.voice[0]).toBe(
      `port ${port} is reserved as \`api\` in ${directory}, and held by node (pid ${Number(pid)}) on [::]:${port}`,
    );
    expect(other.voice.at(-1)).toStartWith("hint: `portguard list --name api` shows it; `--auto` takes");
    expect(other.events.at(-1)).toMatchObject({ error: { code: "PORT_HELD", reservation: { name: "api" } } });
    await run.stop();
  });

  test("twice in one folder and port has two names", async () => {
    const port = freePort();
    using home = new Home();
    const hold = (address: string) => drive({ args: ["reserve", `${address}:${port}`], env: home.env, cwd: home.path });
    await using one = hold("127.0.0.1");
    await one.event("held");
    await using two = hold("127.0.0.2");
    await two.event("held");
    const base = `${basename(home.path)}-${port}`;
    const records = readdirSync(home.records).filter((name) => name.endsWith(".json"));
    expect(records.toSorted()).toEqual([`${base}-2.json`, `${base}.json`]);
    for (const run of [one, two]) await run.stop();
  });

  test("that was killed is not listed any more, and its name is free", async () => {
    const port = freePort();
    using home = new Home();
    await using run = home.hold(port, ["--name", "api"]);
    await run.event("held");
    await run.stop("SIGKILL");
    expect(existsSync(join(home.records, "api.json"))).toBeTrue();
    expect((await home.list("--name", "api")).code).toBe(1);
    expect(readdirSync(home.records)).toEqual([]);
    await using next = home.hold(port, ["--name", "api"]);
    await next.event("held");
    await next.stop();
  });
});

describe("where nothing can be recorded, the reservation goes on, and says so once", () => {
  async function expectUnrecorded(run: Run, because: string): Promise<void> {
    await run.event("ready");
    expect(warnings(run)).toEqual(["NOT_RECORDED"]);
    expect(run.voice[0]).toStartWith("warning: this reservation can't be recorded: ");
    expect(run.voice[0]).toEndWith(because);
    expect(run.voice[1]).toBe("hint: it goes on, but `portguard list` and `portguard restart` won't find it");
    expect(await run.stop()).toBe("SIGTERM");
    await run.expectNothingLeft();
  }

  test("in a folder that is a file", async () => {
    const port = freePort();
    await using run = drive({
      args: ["reserve", `${port}`, "--", ...serverFor("takeover", port)],
      env: { XDG_STATE_HOME: "/dev/null" },
      ports: [port],
    });
    await expectUnrecorded(run, "not a directory");
  });

  test("without a home", async () => {
    const port = freePort();
    await using run = driveBelow('unset HOME XDG_STATE_HOME; exec "$@"', {
      args: ["reserve", `${port}`, "--name", "api", "--", ...serverFor("takeover", port)],
      ports: [port],
    });
    await expectUnrecorded(run, "HOME is not set, so there is no place for what portguard keeps");
  });

  if (need("unshare", "mount"))
    test("on a full disk", async () => {
      const port = freePort();
      using home = new Home();
      mkdirSync(join(home.path, "portguard"));
      const fill = `mount -t tmpfs -o size=4k none "$XDG_STATE_HOME" && head -c 4096 /dev/zero > "$XDG_STATE_HOME/full"`;
      await using run = driveBelow(`exec unshare -m sh -c '${fill}; exec "$@"' sh "$@"`, {
        args: ["reserve", `${port}`, "--", ...serverFor("takeover", port)],
        ports: [port],
        env: home.env,
      });
      await expectUnrecorded(run, "no space left on device");
    });
});

describe("portguard list", () => {
  test("follows what comes and goes, one object a line", async () => {
    const port = freePort();
    using home = new Home();
    await using list = driveBare([binary(), "list", "--follow", "--json"], { env: home.env });
    const changes = () =>
      list.stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as { change: string; listener: { at: { port: number }; reservation?: string } })
        .filter(({ listener }) => listener.at.port === port)
        .map(({ change, listener }) => `${change} ${listener.reservation}`);
    await using run = home.hold(port, ["--name", "api"]);
    await until("that it came", () => changes().length === 1);
    await run.stop();
    await until("that it went", () => changes().length === 2);
    expect(changes()).toEqual(["appeared api", "gone api"]);
    expect(await list.stop("SIGINT")).toBe("SIGINT");
  });

  test("knows UDP, and what others can reach of it", async () => {
    const port = freePort();
    using home = new Home();
    await using run = drive({ args: ["reserve", `${port}/udp`, "--name", "dns"], env: home.env });
    await run.event("held");
    const { out } = await home.list("--udp", "--name", "dns");
    expect(out.split("\n").filter((line) => line.includes("dns"))).toHaveLength(1);
    expect(out).toMatch(new RegExp(`${port} +nobody: held`));
    await run.stop();
  });

  test("needs no home to list who listens", async () => {
    using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    await using run = driveBare(["env", "-u", "HOME", "-u", "XDG_STATE_HOME", binary(), "list"]);
    expect(await run.ended()).toBe(0);
    expect(run.stdout).toMatch(
      new RegExp(`^127\\.0\\.0\\.1 +${server.port} +this machine +bun\\S* +${process.pid} `, "m"),
    );
  });

  test("says in its exit code that there is nothing", async () => {
    using home = new Home();
    const run = await home.list("--name", "nobody", "--json");
    expect(run).toMatchObject({ code: 1, err: "" });
    expect(JSON.parse(run.out)).toEqual({ schema: 1, ok: false, listeners: [], reservations: [] });
  });
});
