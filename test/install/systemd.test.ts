import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { carryOutSteps } from "../../src/install/carry-out.ts";
import type { ScheduleMachine } from "../../src/install/schedule/scheduler.ts";
import { systemd } from "../../src/install/schedule/systemd.ts";
import { need } from "../need.ts";
import { ABSENT, fakeMachine, ODD_WORDS, Recorder, toolsOf } from "./programs.ts";

/** A machine whose systemctl does all that it is told, and writes it down. */
function recordingMachine(home: string): { machine: ScheduleMachine; ran: string[] } {
  const ran: string[] = [];
  const run: ScheduleMachine["run"] = async ({ argv }) => {
    ran.push(argv.join(" "));
    return { kind: "ended", code: 0, stdout: "", stderr: "" };
  };
  const readText = (path: string) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  };
  return { machine: fakeMachine({ env: { HOME: home }, run, readText }), ran };
}

const schedule = (program: string, everyMs = 300_000) => ({
  everyMs,
  argv: [program, "clean", ...ODD_WORDS],
  env: { XDG_STATE_HOME: "/tmp/a b/50%$" },
});

test("is written for the user alone, started, seen, and taken back without a trace", async () => {
  using recorder = new Recorder();
  const { machine, ran } = recordingMachine(recorder.folder);
  const units = join(recorder.folder, ".config", "systemd", "user");
  expect(await systemd.look(machine)).toEqual(ABSENT);
  for (const everyMs of [300_000, 900_000]) {
    const steps = systemd.planInstall(schedule(recorder.program, everyMs), machine, ABSENT);
    expect(await carryOutSteps(steps, toolsOf(machine))).toEqual({ kind: "done" });
    expect(await systemd.look(machine)).toEqual({ kind: "present", everyMs });
  }
  expect([...new Set(ran)]).toEqual([
    "systemctl --user daemon-reload",
    "systemctl --user enable portguard-clean.timer",
    "systemctl --user restart portguard-clean.timer",
    "systemctl --user show-environment",
    "systemctl --user is-active portguard-clean.timer",
  ]);
  await carryOutSteps(systemd.planRemoval(machine, ABSENT), toolsOf(machine));
  expect(ran).toContain("systemctl --user disable --now portguard-clean.timer");
  expect([...new Bun.Glob("*").scanSync(units)]).toEqual([]);
});

test("is not known to run where the unit is written but not active", async () => {
  const run: ScheduleMachine["run"] = async () => ({ kind: "ended", code: 3, stdout: "inactive", stderr: "" });
  const machine = fakeMachine({ run, readText: () => "OnUnitActiveSec=300s\n" });
  expect(await systemd.look(machine)).toMatchObject({ kind: "unknown" });
});

if (need("systemd-analyze")) {
  describe("systemd's own parser", () => {
    /** The two units in a folder of their own, as `verify` is asked about them. */
    async function verify(recorder: Recorder): Promise<{ exitCode: number | null; told: string }> {
      const { machine } = recordingMachine(recorder.folder);
      await carryOutSteps(systemd.planInstall(schedule(recorder.program), machine, ABSENT), toolsOf(machine));
      const folder = join(recorder.folder, ".config", "systemd", "user");
      const run = join(recorder.folder, "run");
      mkdirSync(run, { recursive: true });
      const argv = [
        "systemd-analyze",
        "verify",
        "--user",
        "--man=no",
        join(folder, "portguard-clean.timer"),
        join(folder, "portguard-clean.service"),
      ];
      const { exitCode, stdout, stderr } = Bun.spawnSync(argv, {
        env: { ...process.env, XDG_RUNTIME_DIR: run, HOME: recorder.folder },
      });
      return { exitCode, told: `${stdout.toString()}${stderr.toString()}` };
    }

    test("finds nothing to complain of", async () => {
      using recorder = new Recorder();
      expect(await verify(recorder)).toEqual({ exitCode: 0, told: "" });
    });

    test("takes a path with quotes by another program", async () => {
      using recorder = new Recorder(`it's "odd"`);
      expect(await verify(recorder)).toEqual({ exitCode: 0, told: "" });
    });

    test("reads the program's odd path as it is: it misses that very file", async () => {
      using recorder = new Recorder("a 50% $x");
      rmSync(dirname(recorder.program), { recursive: true });
      const { exitCode, told } = await verify(recorder);
      expect(exitCode).not.toBe(0);
      expect(told).toContain(`Command ${recorder.program} is not executable`);
    });
  });
}
