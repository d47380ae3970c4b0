import { describe, expect, test } from "bun:test";
import { parseCleanArgs } from "../../src/cli/clean/clean-args.ts";
import { splitAtDashes } from "../../src/cli/words/parse-args.ts";

const parse = (line: string) => parseCleanArgs(splitAtDashes(line === "" ? [] : line.split(" ")));
const NOTHING = { match: [], ports: [] };

describe("a clean line", () => {
  test("without a word only checks", () => {
    expect(parse("")).toEqual({
      kind: "sweep",
      stops: "nobody",
      filter: NOTHING,
      graceMs: 5000,
      yes: false,
      dryRun: false,
      json: false,
      quiet: false,
      color: "auto",
    });
  });

  test.each([
    ["--check", "nobody"],
    ["--stop", "certain"],
    ["--stop --scheduled", "scheduled"],
    ["--all", "likely-too"],
    ["--stop --all --yes", "likely-too"],
  ])("with %s stops %s", (line, stops) => expect(parse(line)).toMatchObject({ kind: "sweep", stops }));

  test("has filters, the folder as the system names it", () => {
    expect(parse("--match node --match *.js --port 8000 --port 1 --under /proc/self/../self/..")).toMatchObject({
      filter: { match: ["node", "*.js"], ports: [8000, 1], under: "/proc" },
    });
    expect(parse("--under /not/there")).toMatchObject({ filter: { under: "/not/there" } });
  });

  test("asks for the log", () => expect(parse("--log --json")).toMatchObject({ kind: "log", json: true }));

  test("is a schedule's", () => {
    expect(parse("schedule")).toMatchObject({ kind: "schedule", does: "install", everyMs: 300_000, filter: NOTHING });
    expect(parse("schedule --every 1h --with cron --port 8000")).toMatchObject({
      does: "install",
      everyMs: 3_600_000,
      scheduler: "cron",
      filter: { ports: [8000] },
    });
    expect(parse("schedule --status")).toMatchObject({ does: "status" });
    expect(parse("schedule --remove --dry-run")).toMatchObject({ does: "remove", dryRun: true });
  });

  test.each([
    ["8000", "`8000` is not for clean", "write --port 8000"],
    ["stop", "`stop` is not for clean", "did you mean `--stop`?"],
    ["shedule", "`shedule` is not for clean", "did you mean `clean schedule`?"],
    ["everything", "`everything` is not for clean", "`portguard clean -h` has its flags"],
    ["--port 0", "`0` is not a port", "1 to 65535"],
    ["--check --stop", "--check and --stop contradict each other", "leave one of them out"],
    ["--all --scheduled", "nobody would be there to be asked", "leave one of them out"],
    ["--log --stop", "--log and --stop don't go together", "leave one of them out"],
    ["--json --quiet", "--json and --quiet contradict", "leave one of them out"],
    ["schedule --every 30s", "--every 30s is too often", "1m to 1d"],
    ["schedule --every 2d", "--every 2d is too seldom", "1m to 1d"],
    ["schedule --with at", "`at` is not a value of --with", "systemd, launchd, schtasks, cron"],
    ["schedule --stop", "there is no flag `--stop`", "`portguard clean schedule --help` lists them"],
    ["-- x", "clean runs no command", "leave `--`"],
  ])("`%s` is refused", (line, what, hint) => {
    expect(() => parse(line)).toThrow(
      expect.objectContaining({ what: expect.stringContaining(what), hint: expect.stringContaining(hint) }),
    );
  });
});
