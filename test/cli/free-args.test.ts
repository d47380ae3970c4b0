import { describe, expect, test } from "bun:test";
import { LOOPBACK4 } from "../../src/core/address.ts";
import { parseFreeArgs } from "../../src/cli/free/free-args.ts";
import { splitAtDashes } from "../../src/cli/words/parse-args.ts";

const parse = (line: string) => parseFreeArgs(splitAtDashes(line === "" ? [] : line.split(" ")));

describe("a free line", () => {
  test("names ports, and how to stop their holders", () => {
    expect(parse("8000 53/udp 127.0.0.1:9000 --grace 1s --yes")).toEqual({
      requests: [
        { protocol: "tcp", port: 8000, hosts: "every" },
        { protocol: "udp", port: 53, hosts: "every" },
        { protocol: "tcp", port: 9000, hosts: [LOOPBACK4] },
      ],
      graceMs: 1000,
      names: [],
      yes: true,
      dryRun: false,
      json: false,
      quiet: false,
      color: "auto",
    });
  });

  test("expands a range, and turns all to UDP", () => {
    expect(parse("8000-8002 --udp").requests.map(({ port, protocol }) => [port, protocol])).toEqual([
      [8000, "udp"],
      [8001, "udp"],
      [8002, "udp"],
    ]);
  });

  test.each([
    ["", "no port is given", "portguard free 8000"],
    ["0", "0 is any free port", "portguard free 8000"],
    ["1-65535", "65535 ports are asked for", "name 100 at most"],
    ["8000 8000", "are the same port", "once"],
    ["8000 --json --quiet", "--json and --quiet contradict", "leave one of them out"],
    ["8000 -- node", "free runs no command", "--if-held stop"],
    ["8000 --force", "there is no flag `--force`", "lists them"],
  ])("`%s` is refused", (line, what, hint) => {
    expect(() => parse(line)).toThrow(
      expect.objectContaining({ what: expect.stringContaining(what), hint: expect.stringContaining(hint) }),
    );
  });
});
