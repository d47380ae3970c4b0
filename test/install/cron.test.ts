import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { carryOutSteps } from "../../src/install/carry-out.ts";
import type { InstallStep } from "../../src/install/install-step.ts";
import { cron } from "../../src/install/schedule/cron.ts";
import type { Schedule } from "../../src/install/schedule/scheduler.ts";
import { need, needThat } from "../need.ts";
import { OWN_CRON } from "./own-cron.ts";
import { ABSENT, fakeMachine, ODD_WORDS, Recorder } from "./programs.ts";

const MINUTE_MS = 60_000;
const OTHERS = "# mine\nMAILTO=ada\n0 4 * * * backup --all # portguard-cleaner\n";

function tableOf(steps: readonly InstallStep[]): string {
  const [step] = steps;
  return step?.do === "run" ? (step.input ?? "") : "";
}

function plan(schedule: Partial<Schedule> = {}, table?: string): string {
  const whole = { everyMs: 5 * MINUTE_MS, argv: ["/usr/bin/portguard", "clean"], env: {}, ...schedule };
  const now = table === undefined ? ABSENT : ({ kind: "present", table } as const);
  return tableOf(cron.planInstall(whole, fakeMachine(), now));
}

describe("the line of a crontab", () => {
  test.each([
    [1, "* * * * *"],
    [5, "*/5 * * * *"],
    [30, "*/30 * * * *"],
    [60, "0 * * * *"],
    [360, "0 */6 * * *"],
    [1440, "0 0 * * *"],
  ])("every %d minutes is %s", (minutes, fields) => {
    expect(plan({ everyMs: minutes * MINUTE_MS })).toBe(`${fields} /usr/bin/portguard clean # portguard-clean\n`);
  });

  test.each([7, 45, 90, 1.5])("every %d minutes can't be said to cron, which is told", (minutes) => {
    expect(() => plan({ everyMs: minutes * MINUTE_MS })).toThrow("cron can't run anything as often as that");
  });

  test("is put behind another's lines, takes the place of an earlier one, and goes without a trace", () => {
    const first = plan({}, OTHERS);
    expect(first).toStartWith(OTHERS);
    const second = plan({ everyMs: MINUTE_MS }, first);
    expect(second).toBe(`${OTHERS}* * * * * /usr/bin/portguard clean # portguard-clean\n`);
    expect(tableOf(cron.planRemoval(fakeMachine(), { kind: "present", table: second }))).toBe(OTHERS);
  });

  test("was the only one: then the whole table goes", () => {
    const removal = cron.planRemoval(fakeMachine(), { kind: "present", table: plan() });
    expect(removal).toEqual([{ do: "run", argv: ["crontab", "-r"] }]);
  });

  test("is not written where the table can't be read, as another's lines would be lost", () => {
    const now = { kind: "unknown", because: "you are not allowed to use this program" } as const;
    const schedule = { everyMs: MINUTE_MS, argv: ["/x"], env: {} };
    expect(() => cron.planInstall(schedule, fakeMachine(), now)).toThrow("the crontab can't be read");
  });

  test("that is too long for cron is refused", () => {
    expect(() => plan({ argv: ["/x", "a".repeat(1000)] })).toThrow("cron takes 998");
  });
});

if (need("cron", "crontab", "unshare") && needThat("root (for a mount namespace)", process.getuid?.() === 0)) {
  describe("Debian's own cron", () => {
    const inOwn = (...argv: readonly string[]) => Bun.spawnSync([...OWN_CRON, ...argv], { stdin: "ignore" });

    test("takes the line, lists it as it was, and runs the very words with their environment", async () => {
      using recorder = new Recorder();
      const line = plan({ argv: [recorder.program, ...ODD_WORDS], env: { ODD: "a %'b" } }, OTHERS);
      const table = join(recorder.folder, "table");
      // cron runs such lines at its start: all behind the fields is as it was written
      writeFileSync(table, line.replace(/^\*\/5 \* \* \* \*/m, "@reboot"));
      const listen = `crontab ${table} && crontab -l > ${table}.listed && (cron -f & for i in $(seq 600); do [ -e ${recorder.record} ] && exit 0; sleep 0.1; done; exit 1)`;
      const { exitCode, stderr } = inOwn("sh", "-c", listen);
      expect(stderr.toString()).toBe("");
      expect(exitCode).toBe(0);
      expect(readFileSync(`${table}.listed`, "utf8")).toBe(readFileSync(table, "utf8"));
      expect(readFileSync(recorder.record, "utf8").split("\0")).toEqual(["a %'b", ...ODD_WORDS, ""]);
    }, 90_000);

    test("is asked and told by the steps themselves", async () => {
      const program = `
        const { cron } = await import(${JSON.stringify(join(import.meta.dir, "../../src/install/schedule/cron.ts"))});
        const { carryOutSteps } = await import(${JSON.stringify(join(import.meta.dir, "../../src/install/carry-out.ts"))});
        const { runCommand: run } = await import(${JSON.stringify(join(import.meta.dir, "../../src/firewall/run-command.ts"))});
        const machine = { run, hasProgram: () => true };
        const told = [];
        const look = async () => told.push(await cron.look(machine));
        const schedule = { everyMs: 300000, argv: ["/x"], env: {} };
        await look();
        for (const everyMs of [300000, 600000]) {
          await carryOutSteps(cron.planInstall({ ...schedule, everyMs }, machine, await cron.look(machine)), { run });
          await look();
        }
        await carryOutSteps(cron.planRemoval(machine, await cron.look(machine)), { run });
        await look();
        process.stdout.write(JSON.stringify(told));`;
      const { stdout, stderr } = inOwn(process.execPath, "-e", program);
      expect(stderr.toString()).toBe("");
      expect(JSON.parse(stdout.toString())).toEqual([
        { kind: "absent" },
        { kind: "present", table: "*/5 * * * * /x # portguard-clean\n", everyMs: 300_000 },
        { kind: "present", table: "*/10 * * * * /x # portguard-clean\n", everyMs: 600_000 },
        { kind: "absent" },
      ]);
    });
  });
}

test("a step that fails ends the plan, and says why", async () => {
  const ran: string[] = [];
  const run = async ({ argv }: { argv: readonly string[] }) => {
    ran.push(argv.join(" "));
    return { kind: "ended", code: argv[0] === "false" ? 1 : 0, stdout: "", stderr: "\nno such thing\n" } as const;
  };
  const step = (program: string, more = {}) => ({ do: "run", argv: [program], ...more }) as const;
  const steps = [step("false", { mayFail: true }), step("false"), step("true")];
  expect(await carryOutSteps(steps, { run, write: () => undefined })).toEqual({
    kind: "failed",
    step: step("false"),
    because: "no such thing",
  });
  expect(ran).toEqual(["false", "false"]);
});
