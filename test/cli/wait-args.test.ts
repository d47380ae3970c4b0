import { describe, expect, test } from "bun:test";
import { splitAtDashes } from "../../src/cli/words/parse-args.ts";
import { parseWaitArgs } from "../../src/cli/wait/wait-args.ts";

function parse(line: string): ReturnType<typeof parseWaitArgs> {
  return parseWaitArgs(splitAtDashes(line.split(" ").filter((word) => word !== "")));
}

describe("a wait line", () => {
  test("has defaults for all that it doesn't say", () => {
    expect(parse("8000")).toEqual({
      requests: [
        {
          target: { text: "8000", protocol: "tcp", port: 8000, host: { kind: "this-machine" } },
          from: { kind: "here" },
          timeoutMs: 30_000,
        },
      ],
      timeoutMs: 30_000,
      any: false,
      free: false,
      json: false,
      quiet: false,
    });
  });

  test("says everything that it can, for several targets", () => {
    const args = parse("8000 http://h/ok db.lan:5432 --timeout 1m --any --free --json -4");
    expect(args).toMatchObject({ timeoutMs: 60_000, any: true, free: true, json: true });
    expect(args.requests.map(({ target, family }) => [target.port, family])).toEqual([
      [8000, 4],
      [80, 4],
      [5432, 4],
    ]);
    expect(parse("53 --udp --quiet")).toMatchObject({ quiet: true, requests: [{ target: { protocol: "udp" } }] });
  });
});

test.each([
  ["", "no target is given", "portguard wait 8000"],
  ["db.lan", "`db.lan` names no port", "write db.lan:8000"],
  ["8000 -- npm start", "wait runs no command", "`portguard wait 8000 && npm start`"],
  ["8000 -- sh $HOME", "wait runs no command", "`portguard wait 8000 && COMMAND`"],
  ["8000 --timeout 0s", "--timeout leaves no time", "--timeout=30s"],
  ["8000 -4 -6", "-4 and -6 contradict", "leave one"],
  ["8000 --json --quiet", "--json and --quiet contradict", "leave one"],
  ["8000 --color x", "`x` is not a value of --color", "auto"],
  ["8000 --fre", "there is no flag `--fre`", "did you mean --free?"],
])("`%s` is refused: %s", (line, what, hint) => {
  expect(() => parse(line)).toThrow(
    expect.objectContaining({
      exit: 2,
      what: expect.stringContaining(what) as string,
      hint: expect.stringContaining(hint) as string,
    }),
  );
});
