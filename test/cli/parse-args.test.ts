import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { PortguardError } from "../../src/core/error.ts";
import type { Flag } from "../../src/cli/words/flags.ts";
import { parseArgs, splitAtDashes } from "../../src/cli/words/parse-args.ts";

const FLAGS: readonly Flag[] = [
  { name: "host", value: "needed", repeatable: true, group: "", help: "" },
  { name: "auto", value: "optional", shows: "N", group: "", help: "" },
  { name: "quiet", value: "none", group: "", help: "" },
  { name: "grace", value: "needed", shows: "10s", needsCommand: true, group: "", help: "" },
  { name: "4", short: true, value: "none", group: "", help: "" },
];

function parse(...words: string[]): { flags: object; words: string[] } {
  const others: string[] = [];
  const flags = parseArgs(words, { verb: "guard", flags: FLAGS }, (word) => others.push(word));
  return { flags: Object.fromEntries(flags), words: others };
}

describe("the first --", () => {
  test("ends our words, and nothing behind it is touched", () => {
    expect(splitAtDashes(["reserve", "8000", "--", "npm", "start", "--", "--help"])).toEqual({
      words: ["reserve", "8000"],
      command: ["npm", "start", "--", "--help"],
    });
    expect(splitAtDashes(["reserve"])).toEqual({ words: ["reserve"], command: undefined });
    expect(splitAtDashes(["reserve", "--"])).toEqual({ words: ["reserve"], command: [] });
  });

  test("cuts so that both sides make up the line again", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom("--", "-h", "--help"), fc.string())), (argv) => {
        const { words, command } = splitAtDashes(argv);
        expect([...words, ...(command ? ["--", ...command] : [])]).toEqual(argv);
        expect(words).not.toContain("--");
      }),
    );
  });
});

describe("flags", () => {
  test("take values by = or as the next word, and leave the other words in order", () => {
    expect(parse("1", "--host=a", "2", "--host", "b", "--quiet", "3")).toEqual({
      flags: { host: ["a", "b"], quiet: [true] },
      words: ["1", "2", "3"],
    });
  });

  test("with an optional value take it by = only", () => {
    expect(parse("--auto", "8000")).toEqual({ flags: { auto: [true] }, words: ["8000"] });
    expect(parse("8000", "--auto=20")).toEqual({ flags: { auto: ["20"] }, words: ["8000"] });
  });

  test("may have values with = and a leading dash in them", () => {
    expect(parse("--host=a=b", "--grace", "-5").flags).toEqual({ host: ["a=b"], grace: ["-5"] });
  });

  test("leave negative numbers and a lone dash to the port grammar", () => {
    expect(parse("-1", "-").words).toEqual(["-1", "-"]);
  });

  test("may have one dash, and are numbers then", () => {
    expect(parse("8000", "-4")).toEqual({ flags: { "4": [true] }, words: ["8000"] });
    expect(parse("-46", "-4x").words).toEqual(["-46", "-4x"]);
  });

  test.each([
    [["--quite"], "UNKNOWN_FLAG", "did you mean --quiet?"],
    [["--gra=1"], "UNKNOWN_FLAG", "did you mean --grace?"],
    [["--port", "3"], "UNKNOWN_FLAG", "a command's own flags stand behind `--`"],
    [["-q"], "UNKNOWN_FLAG", "`portguard guard --help` lists them"],
    [["--4"], "UNKNOWN_FLAG", "did you mean -4?"],
    [["-4", "-4"], "BAD_USAGE", "give it once"],
    [["--grace"], "BAD_USAGE", "write --grace=10s"],
    [["--grace="], "BAD_USAGE", "write --grace=10s"],
    [["--grace", "--quiet"], "BAD_USAGE", "write --grace=10s"],
    [["--auto="], "BAD_USAGE", "write --auto=N"],
    [["--quiet=yes"], "BAD_USAGE", "write --quiet alone"],
    [["--grace=1", "--grace=2"], "BAD_USAGE", "give it once"],
    [["8000", "--auto", "20"], "BAD_USAGE", "write --auto=20"],
  ])("%j is refused with %s and a hint that has `%s`", (words, code, hint) => {
    expect(() => parse(...words)).toThrow(
      expect.objectContaining({ code, exit: 2, hint: expect.stringContaining(hint) }),
    );
  });

  test("never fail in another way, whatever the words", () => {
    const word = fc.oneof(fc.constantFrom("--host", "--auto", "--auto=", "--quiet", "-", "-1", "="), fc.string());
    fc.assert(
      fc.property(fc.array(word), (words) => {
        try {
          parse(...words);
        } catch (error) {
          if (!(error instanceof PortguardError)) throw error;
        }
      }),
    );
  });
});
