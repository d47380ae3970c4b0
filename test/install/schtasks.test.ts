import { describe, expect, test } from "bun:test";
import type { ScheduleMachine } from "../../src/install/schedule/scheduler.ts";
import { schtasks } from "../../src/install/schedule/schtasks.ts";
import { ABSENT, fakeMachine } from "./programs.ts";

const MINUTE_MS = 60_000;
const argv = ["C:\\a b\\portguard.exe", "clean", "--match", 'say "hi"\\'];

function planned(everyMs: number): readonly unknown[] {
  return schtasks.planInstall({ everyMs, argv, env: {} }, fakeMachine(), ABSENT);
}

const asks =
  (code: number, stdout: string): ScheduleMachine["run"] =>
  async () => ({ kind: "ended", code, stdout, stderr: "" });

describe("a task", () => {
  test("is made in the place of an earlier one, without a window, its words quoted as programs split them", () => {
    const command = String.raw`conhost.exe --headless "C:\a b\portguard.exe" clean --match "say \"hi\"\\"`;
    const head = ["schtasks", "/Create", "/F", "/TN", "portguard-clean"];
    expect(planned(5 * MINUTE_MS)).toEqual([
      { do: "run", argv: [...head, "/SC", "MINUTE", "/MO", "5", "/TR", command] },
    ]);
    expect(planned(1440 * MINUTE_MS)).toEqual([{ do: "run", argv: [...head, "/SC", "DAILY", "/TR", command] }]);
  });

  test("runs every so many whole minutes only, and has a short command", () => {
    expect(() => planned(1.5 * MINUTE_MS)).toThrow("whole minutes");
    const long = { everyMs: MINUTE_MS, argv: ["C:\\portguard.exe", "a".repeat(250)], env: {} };
    expect(() => schtasks.planInstall(long, fakeMachine(), ABSENT)).toThrow("takes 261");
  });

  test("is seen, with how often it runs", async () => {
    const xml = (interval: string) =>
      `<Task><Triggers><Repetition><Interval>${interval}</Interval></Repetition></Triggers></Task>`;
    expect(await schtasks.look(fakeMachine({ run: asks(0, xml("PT5M")) }))).toEqual({
      kind: "present",
      everyMs: 300_000,
    });
    expect(await schtasks.look(fakeMachine({ run: asks(0, xml("PT1H30M")) }))).toEqual({
      kind: "present",
      everyMs: 5_400_000,
    });
    expect(await schtasks.look(fakeMachine({ run: asks(1, "") }))).toEqual(ABSENT);
  });

  test("is deleted only where it is", () => {
    expect(schtasks.planRemoval(fakeMachine(), ABSENT)).toEqual([]);
    expect(schtasks.planRemoval(fakeMachine(), { kind: "present" })).toEqual([
      { do: "run", argv: ["schtasks", "/Delete", "/F", "/TN", "portguard-clean"] },
    ]);
  });
});
