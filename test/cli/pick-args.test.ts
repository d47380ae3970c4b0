import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { splitAtDashes } from "../../src/cli/words/parse-args.ts";
import { listPorts, parsePickArgs } from "../../src/cli/pick/pick-args.ts";

const parse = (line: string) => parsePickArgs(splitAtDashes(line === "" ? [] : line.split(" ")));

describe("a `pick` line", () => {
  test("picks one of the default range, and keeps it for ten seconds, unless it says otherwise", () => {
    expect(parse("")).toMatchObject({ count: 1, use: { kind: "keep", forMs: 10_000 } });
    expect(parse("--for-pid 12").use).toEqual({ kind: "keep", pid: 12 });
    expect(parse("--for-pid 12 --for 1m").use).toEqual({ kind: "keep", pid: 12, forMs: 60_000 });
    expect(parse("--exec -- a b").use).toEqual({ kind: "exec", command: ["a", "b"] });
    expect(parse("--for-dir").stable).toEqual({ kind: "folder", path: resolve(".") });
    expect(parse("--for-dir=x").stable).toEqual({ kind: "folder", path: resolve("x") });
  });

  test.each([
    ["--range 3000", "`3000` is not a range of ports"],
    ["--range 0-9", "`0-9` is not a range of ports"],
    ["--range 4000-3000", "`4000-3000` is not a range of ports"],
    ["--range 65000-70000", "`65000-70000` is not a range of ports"],
    ["--range 6665-6669", "browsers refuse every port of 6665-6669"],
    ["--range 3000-3001 --count 3", "--range has 2 ports, and 3 are wanted"],
    ["--count 0", "`0` is not a number for --count"],
    ["--count 101", "`101` is not a number for --count"],
    ["--for-pid x", "`x` is not a number for --for-pid"],
    ["--stable --for-dir", "--stable and --for-dir don't go together: --for-dir is stable, too"],
    ["--exec", "--exec has no command"],
    ["--exec --for 1s -- x", "--exec and --for don't go together"],
    ["-- x", "a command is only run with --exec"],
    ["3000-3999", "`3000-3999` is one word too many"],
  ])("%s is bad usage", (line, what) => {
    expect(() => parse(line)).toThrow(what);
  });

  test("leaves the ports out that browsers refuse", () => {
    expect(listPorts({ from: 6664, to: 6671, isDefault: false })).toEqual([6664, 6670, 6671]);
  });
});
