import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import { splitAtDashes } from "../../src/cli/words/parse-args.ts";
import { parseReachArgs } from "../../src/cli/reach/reach-args.ts";

function parse(line: string): ReturnType<typeof parseReachArgs> {
  return parseReachArgs(splitAtDashes(line.split(" ").filter((word) => word !== "")));
}

function requestOf(line: string) {
  const args = parse(line);
  return args.kind === "diagnose" ? args.request : undefined;
}

describe("a reach line", () => {
  test("has defaults for all that it doesn't say", () => {
    expect(parse("8000")).toEqual({
      kind: "diagnose",
      request: {
        target: { text: "8000", protocol: "tcp", port: 8000, host: { kind: "this-machine" } },
        from: { kind: "here" },
        timeoutMs: 3000,
      },
      report: { follow: false, path: false, trace: false, quiet: false },
      json: false,
      color: "auto",
    });
  });

  test("says everything that it can", () => {
    const flags = "--from 10.0.0.0/8 --probe=tls --origin https://App.example:443/x --timeout 500ms -6";
    expect(requestOf(`https://db.lan/ ${flags}`)).toMatchObject({
      target: { url: { scheme: "https" } },
      from: { kind: "network", address: requireAddress("10.0.0.0"), prefix: 8 },
      probe: "tls",
      origin: "https://app.example",
      timeoutMs: 500,
      family: 6,
    });
    expect(parse("8000 --html page.html --path --color always")).toMatchObject({
      report: { html: "page.html", path: true },
      color: "always",
    });
    expect(parse("8000 --follow --json")).toMatchObject({ json: true, report: { follow: true } });
    expect(parse("8000 --quiet")).toMatchObject({ report: { quiet: true } });
    expect(requestOf("-4 8000")).toMatchObject({ family: 4 });
  });

  test("takes --udp before and behind the target", () => {
    for (const line of ["--udp 53", "53 --udp", "53/udp"]) {
      expect(requestOf(line)).toMatchObject({ target: { protocol: "udp" } });
    }
  });

  test("looks the catalogue up", () => {
    expect(parse("--causes")).toEqual({ kind: "causes", json: false, color: "auto" });
    expect(parse("--explain LOOPBACK_ONLY --json")).toEqual({
      kind: "explain",
      code: "LOOPBACK_ONLY",
      json: true,
      color: "auto",
    });
  });
});

describe("a reach line is refused", () => {
  test.each([
    ["", "no target is given", "portguard reach 8000"],
    ["8000 8001", "`8001` is a second target", "portguard wait"],
    ["db.lan", "`db.lan` names no port", "write db.lan:8000"],
    ["8000 -- npm start", "reach runs no command", "leave `--`"],
    ["8000 --from mars", "`mars` is not a place to connect from", "internet"],
    ["8000 --probe smtp", "`smtp` is not a value of --probe", "tcp, http, tls, ws, mcp"],
    ["53/udp --probe http", "--probe is for TCP", "53/tcp"],
    ["http://h/ --udp", "is spoken over TCP", "leave --udp out"],
    ["8000 -4 -6", "-4 and -6 contradict each other", "leave one"],
    ["8000 --timeout 0", "--timeout leaves no time", "--timeout=3s"],
    ["8000 --timeout soon", "`soon` is not a duration for --timeout", "500ms"],
    ["8000 --origin app.example", "`app.example` is not a web page's address", "https://"],
    ["8000 --origin file:///x", "is not a web page's address", "https://"],
    ["8000 --origin https://u:p@h", "a user name or password", "before the `@`"],
    ["8000 --follow --html x", "--follow and --html don't go together", "leave one"],
    ["8000 --json --path", "--json and --path don't go together", "leave one"],
    ["8000 --json --quiet", "--json and --quiet contradict each other", "leave one"],
    ["8000 --causes", "--causes looks no target up", "leave the target out"],
    ["8000 --explain X", "--explain looks no target up", "leave the target out"],
    ["--causes --explain X", "--causes and --explain contradict each other", "leave one"],
    ["8000 --color blue", "`blue` is not a value of --color", "auto"],
    ["8000 --form lan", "there is no flag `--form`", "did you mean --from?"],
    ["8000 --host x", "there is no flag `--host`", "`portguard reach --help` lists them"],
  ])("`%s`: %s", (line, what, hint) => {
    expect(() => parse(line)).toThrow(
      expect.objectContaining({
        exit: 2,
        what: expect.stringContaining(what) as string,
        hint: expect.stringContaining(hint) as string,
      }),
    );
  });
});

describe("a line with --rules", () => {
  test("is a question to them alone", () => {
    const line = "8000 --rules a --rules=b --from 192.168.1.0/24 --to 192.168.1.20 --in eth0 --profile private --trace";
    expect(parse(line)).toMatchObject({
      kind: "rules",
      files: ["a", "b"],
      trace: true,
      question: {
        protocol: "tcp",
        port: 8000,
        family: 4,
        from: { kind: "network", network: { prefix: 24 } },
        to: requireAddress("192.168.1.20"),
        interface: "eth0",
        profile: "private",
      },
    });
  });

  test("has its family from any of its addresses", () => {
    for (const [line, family] of [
      ["8000 --rules a --from fd00::5", 6],
      ["[fd00::1]:8000 --rules a --from internet", 6],
      ["8000 --rules a --from here -6", 6],
      ["8000 --rules a --from internet", 4],
    ] as const) {
      expect(parse(line)).toMatchObject({ question: { family } });
    }
  });
});

describe("--fix", () => {
  test("asks, unless it is told not to, or only to show", () => {
    for (const [line, fix] of [
      ["8000 --fix", "ask"],
      ["8000 --fix --yes", "yes"],
      ["8000 --fix --dry-run", "dry-run"],
      ["8000", undefined],
    ] as const) {
      const args = parse(line);
      expect([line, args.kind === "diagnose" ? args.fix : "odd"]).toEqual([line, fix]);
    }
  });

  test("goes with nothing that is not a single answer of this machine", () => {
    for (const line of ["--yes", "--dry-run", "--fix --follow", "--fix --html x", "--fix --yes --dry-run"]) {
      expect(() => parse(`8000 ${line}`)).toThrow("BAD_USAGE");
    }
    expect(() => parse("8000 --rules a --from 10.0.0.1 --fix")).toThrow("nothing is contacted");
  });
});
