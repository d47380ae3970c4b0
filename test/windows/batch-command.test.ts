import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { batchCommandLine, batchFault, isBatch, quoteForBatch } from "../../src/os/windows/batch-command.ts";
import { splitCommandLine } from "../../src/os/windows/command-line.ts";

describe("a .cmd or .bat file", () => {
  test("is known by its ending, in any case", () => {
    expect(["npm.cmd", "X.BAT", "node.exe", "cmd"].map(isBatch)).toEqual([true, true, false, false]);
  });

  test("is run by the system's own cmd.exe, with its outer quotes alone removed", () => {
    expect(batchCommandLine("C:\\Program Files\\nodejs\\npm.cmd", ["run", "my dev"], "C:\\Windows")).toEqual([
      "C:\\Windows\\System32\\cmd.exe",
      "/d",
      "/e:on",
      "/v:off",
      "/s",
      "/c",
      '""C:\\Program Files\\nodejs\\npm.cmd" run "my dev""',
    ]);
  });

  test.each([
    ["plain-1.2_3:/@#$*?", "plain-1.2_3:/@#$*?"],
    ["", '""'],
    ["a b", '"a b"'],
    ["a&calc.exe", '"a&calc.exe"'],
    ['a"&calc.exe', '"a""&calc.exe"'],
    ["^|<>()!=,;", '"^|<>()!=,;"'],
    ["C:\\dir\\", '"C:\\dir\\\\"'],
    ['C:\\"', '"C:\\\\"""'],
    ["%PATH%", '"%%cd:~,%PATH%%cd:~,%"'],
    ["50%", '"50%%cd:~,%"'],
  ])("gets %j as %s", (argument, quoted) => {
    expect(quoteForBatch(argument)).toBe(quoted);
  });

  test("can't be given a line break: cmd.exe would end the command there", () => {
    expect(batchFault(["npm", "run", "a\nb"])).toContain("argument 2 has a line break");
    expect(batchFault(["npm", "run", "a b"])).toBeUndefined();
  });

  const hostile = fc.string({ unit: fc.constantFrom("a", " ", '"', "\\", "&", "|", "^", "%", "!", "<", "(", ",") });

  test("never gets a quote that would let an operator act", () => {
    fc.assert(
      fc.property(hostile, (argument) => {
        // cmd.exe switches its quoted state at every quote: what stands outside must be harmless.
        const outside = quoteForBatch(argument)
          .split('"')
          .filter((_, index) => index % 2 === 0);
        expect(outside.join("")).not.toMatch(/[&|<>^()%! ,;=]/);
      }),
    );
  });

  test("passes on what the C runtime behind it reads as the argument again", () => {
    fc.assert(
      fc.property(hostile, (argument) => {
        // What cmd.exe does to the line: `%cd:~,%` is nothing, and a % without a name stays.
        const passedOn = quoteForBatch(argument).replaceAll("%%cd:~,%", "%");
        expect(splitCommandLine(`shim ${passedOn}`)).toEqual(["shim", argument]);
      }),
    );
  });
});
