import { describe, expect, test } from "bun:test";
import { chooseStyle, markOf, paint } from "../../src/report/style.ts";

describe("colour", () => {
  test("is for terminals, unless NO_COLOR or a dumb one says otherwise", () => {
    expect(chooseStyle("auto", true, {}).colored).toBe(true);
    expect(chooseStyle("auto", false, {}).colored).toBe(false);
    expect(chooseStyle("auto", true, { NO_COLOR: "1" }).colored).toBe(false);
    expect(chooseStyle("auto", true, { NO_COLOR: "" }).colored).toBe(true);
    expect(chooseStyle("auto", true, { TERM: "dumb" }).colored).toBe(false);
  });

  test("is as --color says", () => {
    expect(chooseStyle("always", false, { NO_COLOR: "1" }).colored).toBe(true);
    expect(chooseStyle("never", true, {}).colored).toBe(false);
  });

  test("surrounds the text, or leaves it alone", () => {
    expect(paint("x", "bad", chooseStyle("always", false, {}))).toBe("\u001b[31mx\u001b[0m");
    expect(paint("x", "bad", chooseStyle("never", true, {}))).toBe("x");
  });
});

describe("marks", () => {
  const marks = (env: Record<string, string>) =>
    (["good", "bad", "warn", "plain", "hint"] as const).map((tone) => markOf(tone, chooseStyle("always", true, env)));

  test("come with colour, in UTF-8 where the terminal has it", () => {
    expect(marks({ LANG: "de_DE.UTF-8" })).toEqual(["✓ ", "✗ ", "? ", "", ""]);
    expect(marks({ LANG: "C" })).toEqual(["ok ", "x ", "? ", "", ""]);
    expect(marks({})).toEqual(["ok ", "x ", "? ", "", ""]);
  });

  test("follow the locale variable that counts", () => {
    expect(marks({ LC_ALL: "C", LANG: "en_US.utf8" })[0]).toBe("ok ");
    expect(marks({ LC_ALL: "", LC_CTYPE: "C.utf8", LANG: "C" })[0]).toBe("✓ ");
  });

  test("stay away where there is no colour", () => {
    expect(markOf("good", chooseStyle("never", true, { LANG: "C.UTF-8" }))).toBe("");
  });
});
