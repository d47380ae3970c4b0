import { describe, expect, test } from "bun:test";
import { splitAtDashes } from "../../src/cli/words/parse-args.ts";
import { parseWhoArgs } from "../../src/cli/who/who-args.ts";

function parse(line: string): ReturnType<typeof parseWhoArgs> {
  return parseWhoArgs(splitAtDashes(line.split(" ").filter((word) => word !== "")));
}

describe("a who line", () => {
  test.each([
    ["8000", { kind: "port", port: 8000 }],
    [":8000", { kind: "port", port: 8000 }],
    ["53/udp", { kind: "port", port: 53, protocol: "udp" }],
    ["53 --udp", { kind: "port", port: 53, protocol: "udp" }],
    ["8000/TCP", { kind: "port", port: 8000, protocol: "tcp" }],
    ["65535", { kind: "port", port: 65_535 }],
    ["65536", { kind: "pid", pid: 65_536 }],
    ["--pid 4711", { kind: "pid", pid: 4711 }],
    ["nginx", { kind: "name", name: "nginx" }],
    ["my-app.service --udp", { kind: "name", name: "my-app.service", protocol: "udp" }],
    ["", { kind: "all" }],
    ["--udp", { kind: "all", protocol: "udp" }],
  ] as const)("`%s` asks for %o", (line, request) => expect(parse(line).request).toEqual(request));

  test("says how it is told", () => {
    expect(parse("8000 --json --color never")).toMatchObject({ json: true, quiet: false, color: "never" });
    expect(parse("8000 --quiet")).toMatchObject({ json: false, quiet: true, asked: "8000" });
  });
});

test.each([
  ["8000 8001", "`8001` is a second question", "one at a time"],
  ["0", "`0` is not a port", "1 to 65535"],
  ["-5", "`-5` is not a port", "1 to 65535"],
  ["8000-8010", "`8000-8010` is more than one port", "one at a time"],
  ["localhost:8000", "`localhost:8000` is more than a port", "portguard who 8000"],
  ["http://localhost:8000/x", "`http://localhost:8000/x` is more than a port", "portguard who 8000"],
  ["a/b", "`a/b` is no port, process or name", "nginx"],
  ["53/tcp --udp", "contradict", "leave one"],
  ["--pid 0", "`0` is not a process", "--pid=4711"],
  ["--pid x", "`x` is not a process", "--pid=4711"],
  ["8000 --pid 1", "--pid and `8000` are two questions", "one at a time"],
  ["8000 --json --quiet", "contradict", "leave one"],
  ["8000 -- npm start", "who runs no command", "leave `--`"],
])("`%s` is refused: %s", (line, what, hint) => {
  expect(() => parse(line)).toThrow(
    expect.objectContaining({
      exit: 2,
      what: expect.stringContaining(what) as string,
      hint: expect.stringContaining(hint) as string,
    }),
  );
});
