import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { LONGEST_MS, formatDuration, parseDuration } from "../../src/core/duration.ts";
import { PortguardError } from "../../src/core/error.ts";

describe("a duration", () => {
  test("is read as people write it", () => {
    expect(
      ["10", "10s", "500ms", "10m", "1h30m", "1.5s", "0", "1d"].map((text) => parseDuration(text, "--for")),
    ).toEqual([10_000, 10_000, 500, 600_000, 5_400_000, 1500, 0, 86_400_000]);
  });

  test("survives being formatted and parsed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LONGEST_MS }), (ms) => {
        expect(parseDuration(formatDuration(ms), "--for")).toBe(ms);
      }),
    );
  });

  test("is refused with BAD_DURATION where it is none, or longer than a timer can be", () => {
    for (const text of [
      "",
      "s",
      "10x",
      "-1",
      "1e3",
      "30m1h",
      "10s10s",
      " 1s",
      "1s ",
      "Infinity",
      "25d",
      "9".repeat(400),
    ]) {
      expect(() => parseDuration(text, "--for")).toThrow(expect.objectContaining({ code: "BAD_DURATION", exit: 2 }));
    }
  });

  test("never fails in another way, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        try {
          expect(Number.isInteger(parseDuration(text, "--for"))).toBe(true);
        } catch (error) {
          if (!(error instanceof PortguardError)) throw error;
        }
      }),
    );
  });
});
