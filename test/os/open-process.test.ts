import { describe, expect, test } from "bun:test";
import { identify, type ProcessIdentity } from "../../src/core/process-mark.ts";
import type { OpenProcess } from "../../src/core/open-process.ts";
import { loadOs } from "../../src/os/index.ts";
import { until } from "../drive/until.ts";
import { need, needThat } from "../need.ts";
import { program } from "./own-namespace.ts";

const os = await loadOs();
const QUICKLY = 50;
const AMPLY = 10_000;
const ROUNDS = 300;

function start(...argv: readonly string[]): Bun.Subprocess {
  return Bun.spawn([...argv], { stdio: ["ignore", "ignore", "ignore"] });
}

function see(pid: number): ProcessIdentity {
  return identify(os.process(pid)!)!;
}

function open(pid: number): OpenProcess {
  return os.openProcess(see(pid))!;
}

describe("an opened process", () => {
  test("gets a signal, and its end is noticed", async () => {
    const child = start("sleep", "600");
    using opened = open(child.pid);
    expect(await opened.ends(QUICKLY)).toBe(false);
    expect(opened.signal("SIGTERM")).toBe("sent");
    expect(await opened.ends(AMPLY)).toBe(true);
    await child.exited;
    expect(child.signalCode).toBe("SIGTERM");
    expect(opened.signal("SIGTERM")).toBe("gone");
  });

  test("hears of SIGTERM while it is stopped", async () => {
    const child = start("sleep", "600");
    child.kill("SIGSTOP");
    using opened = open(child.pid);
    opened.signal("SIGTERM");
    expect(await opened.ends(AMPLY)).toBe(true);
  });

  test("has ended when it is dead and nobody has collected it", async () => {
    const parent = start("sh", "-c", "sleep 600 & exec sleep 600");
    const child = await until("its child", () => childOf(parent.pid));
    const seen = see(child);
    using opened = os.openProcess(seen)!;
    opened.signal("SIGKILL");
    expect(await opened.ends(AMPLY)).toBe(true);
    expect(os.openProcess(seen)).toBeUndefined();
    parent.kill("SIGKILL");
    await parent.exited;
  });

  test("is not found by another's start, nor once it is gone", async () => {
    const child = start("sleep", "600");
    const seen = see(child.pid);
    expect(os.openProcess({ ...seen, born: see(process.pid).born })).toBeUndefined();
    child.kill("SIGKILL");
    await child.exited;
    expect(os.openProcess(seen)).toBeUndefined();
  });
});

if (need("unshare") && needThat("root (to give process numbers)", process.getuid?.() === 0)) {
  test(`${ROUNDS} process numbers are given to bystanders, and none of those is signalled`, () => {
    const argv = [
      "unshare",
      "--pid",
      "--fork",
      "--mount-proc",
      process.execPath,
      program("reuse-pids.ts"),
      String(ROUNDS),
    ];
    const { stdout, stderr } = Bun.spawnSync(argv);
    expect(stderr.toString()).toBe("");
    const told: unknown = JSON.parse(stdout.toString());
    expect(told).toEqual({ rounds: ROUNDS, openedBefore: ROUNDS / 2, openedAfter: 0, wrongKills: 0 });
  }, 60_000);
}

function childOf(pid: number): number | undefined {
  const { stdout } = Bun.spawnSync(["pgrep", "-P", String(pid)]);
  return Number(stdout.toString().split("\n")[0]) || undefined;
}
