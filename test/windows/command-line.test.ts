import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { splitCommandLine } from "../../src/os/windows/command-line.ts";

/** Quotes one argument for the C runtime, in the way that needs no judgement: always. */
function quote(argument: string): string {
  return `"${argument.replace(/(\\*)("|$)/g, (_, slashes: string, mark: string) => slashes + slashes + (mark && '\\"'))}"`;
}

describe("a Windows command line", () => {
  const lines: readonly [line: string, argv: string[]][] = [
    ["", []],
    ["   ", []],
    ["node server.js", ["node", "server.js"]],
    ['"C:\\Program Files\\nodejs\\node.exe"  server.js ', ["C:\\Program Files\\nodejs\\node.exe", "server.js"]],
    ["C:\\a\\b.exe C:\\dir\\", ["C:\\a\\b.exe", "C:\\dir\\"]],
    ['x "a b"c', ["x", "a bc"]],
    ['x ""', ["x", ""]],
    ['x a\\"b', ["x", 'a"b']],
    ['x "a\\\\" b', ["x", "a\\", "b"]],
    ['x "a\\\\\\"b"', ["x", 'a\\"b']],
    ['x "say ""hi"""', ["x", 'say "hi"']],
    ['x "open to the end', ["x", "open to the end"]],
    ["x\ta\t\tb", ["x", "a", "b"]],
  ];
  test.each(lines)("%j is split as the C runtime does", (line, argv) => {
    expect(splitCommandLine(line)).toEqual(argv);
  });

  test("gives back whatever was quoted into it", () => {
    const word = fc.string({ unit: fc.constantFrom("a", " ", '"', "\\", "\t", "ü", "%", "^") });
    fc.assert(
      fc.property(fc.array(word), (args) => {
        expect(splitCommandLine(["program", ...args.map(quote)].join(" "))).toEqual(["program", ...args]);
      }),
    );
  });
});
