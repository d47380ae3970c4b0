import { describe, expect, test } from "bun:test";
import type { Exit } from "../../src/core/os.ts";
import { type EndVerdict, judgeEnd, NO_STREAK } from "../../src/reserve/back-off.ts";

const code = (value: number): Exit => ({ kind: "code", code: value });
const BY_SIGNAL: Exit = { kind: "signal", signal: "SIGKILL" };
const never = (exit: Exit) => ({ exit, servedMs: undefined });

/** The pauses after so many ends of one kind, and how it ended. */
function follow(servedMs: number | undefined, ends: number): { pauses: number[]; last: EndVerdict["kind"] } {
  let streak = NO_STREAK;
  const pauses: number[] = [];
  for (let end = 0; end < ends; end++) {
    const verdict = judgeEnd("always", { exit: code(1), servedMs }, streak);
    if (verdict.kind !== "again") return { pauses, last: verdict.kind };
    streak = verdict.streak;
    pauses.push(streak.pauseMs);
  }
  return { pauses, last: "again" };
}

describe("what follows when a command ended by itself", () => {
  test("is nothing with `no`, and with `on-failure` where it succeeded", () => {
    for (const exit of [code(0), code(1), BY_SIGNAL]) expect(judgeEnd("no", never(exit), NO_STREAK).kind).toBe("end");
    expect(judgeEnd("on-failure", never(code(0)), NO_STREAK).kind).toBe("end");
    for (const exit of [code(1), BY_SIGNAL]) expect(judgeEnd("on-failure", never(exit), NO_STREAK).kind).toBe("again");
    expect(judgeEnd("always", never(code(0)), NO_STREAK).kind).toBe("again");
  });

  test("is the end after five starts that never served", () => {
    expect(follow(undefined, 9)).toEqual({ pauses: [100, 200, 400, 800], last: "give-up" });
  });

  test("is one pause after the other, ten seconds at most, where it served for a moment each time", () => {
    expect(follow(50, 9)).toEqual({ pauses: [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000], last: "again" });
  });

  test("is the shortest pause where it served for longer than the pause before it", () => {
    expect(follow(150, 4)).toEqual({ pauses: [100, 100, 100, 100], last: "again" });
    const verdict = judgeEnd("always", { exit: code(1), servedMs: 500 }, { failedStarts: 4, pauseMs: 800 });
    expect(verdict).toEqual({ kind: "again", streak: { failedStarts: 0, pauseMs: 1600 } });
  });
});
