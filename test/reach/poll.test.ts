import { describe, expect, test } from "bun:test";
import { poll } from "../../src/reach/wait/poll.ts";

/** Looks that are answered in turn, the last one for ever. */
function looks(answers: Readonly<Record<string, readonly boolean[]>>) {
  const asked: Record<string, number> = {};
  const limits: number[] = [];
  const look = async (what: string, timeoutMs: number) => {
    const turn = (asked[what] = (asked[what] ?? 0) + 1);
    limits.push(timeoutMs);
    return answers[what]?.[Math.min(turn, answers[what].length) - 1] ?? false;
  };
  return { asked, limits, look };
}

describe("polling", () => {
  test("looks until each is so, and answers them in order", async () => {
    const { asked, limits, look } = looks({ a: [false, false, true], b: [true] });
    const done: string[] = [];
    const results = await poll(["a", "b"], { timeoutMs: 60_000, any: false, look, onDone: (what) => done.push(what) });
    expect(results).toEqual(["a", "b"].map((what) => ({ what, afterMs: expect.any(Number) as number })));
    expect(asked).toEqual({ a: 3, b: 1 });
    expect(done).toEqual(["b", "a"]);
    expect(Math.max(...limits)).toBeLessThanOrEqual(2000);
  });

  test("is content with one of them when that is enough", async () => {
    const { look } = looks({ a: [false], b: [false, true], c: [false] });
    const done: string[] = [];
    const results = await poll(["a", "b", "c"], {
      timeoutMs: 60_000,
      any: true,
      look,
      onDone: (what) => done.push(what),
    });
    expect(results.map(({ afterMs }) => afterMs !== undefined)).toEqual([false, true, false]);
    expect(done).toEqual(["b"]);
  });

  test("gives up when the time is up, and looks no longer than that", async () => {
    const { asked, limits, look } = looks({ a: [false], b: [true] });
    const results = await poll(["a", "b"], { timeoutMs: 100, any: false, look, onDone: () => undefined });
    expect(results).toEqual([{ what: "a" }, { what: "b", afterMs: expect.any(Number) as number }]);
    expect(asked["a"]).toBeGreaterThan(1);
    expect(Math.max(...limits)).toBeLessThanOrEqual(100);
  });

  test("ends with what a look throws", async () => {
    const look = () => Promise.reject(new Error("no such thing"));
    const polled = poll(["a"], { timeoutMs: 60_000, any: false, look, onDone: () => undefined });
    await expect(polled).rejects.toThrow("no such thing");
  });
});
