import { describe, expect, test } from "bun:test";
import { LOOPBACK4, LOOPBACK6 } from "../../src/core/address.ts";
import { splitAtDashes } from "../../src/cli/words/parse-args.ts";
import { parseReserveArgs } from "../../src/cli/reserve/reserve-args.ts";

function parse(line: string): ReturnType<typeof parseReserveArgs> {
  return parseReserveArgs(splitAtDashes(line.split(" ").filter((word) => word !== "")));
}

describe("a reserve line", () => {
  test("has defaults for all that it doesn't say", () => {
    expect(parse("8000 -- uvicorn app:app --port 8000 --host x")).toEqual({
      request: {
        ports: [{ protocol: "tcp", hosts: "every", ports: { kind: "one", port: 8000 } }],
        command: ["uvicorn", "app:app", "--port", "8000", "--host", "x"],
        handoff: "auto",
        bind: [],
        auto: 0,
        waitMs: 0,
        envName: "PORT",
        readyTimeoutMs: 10_000,
        ready: { kind: "listen" },
        restart: "no",
        restartMode: "auto",
        watch: [],
        queueTimeoutMs: 30_000,
        graceMs: 10_000,
        outliveParent: false,
        killAll: false,
      },
      detach: false,
      report: { quiet: false },
    });
  });

  test("says everything that it can", () => {
    const flags = "--handoff inherit --auto=20 --env HTTP_PORT --ready-timeout 1m --grace=500ms --nofile 4096";
    const { request, report } = parse(`1 2 ${flags} --outlive-parent --kill-all --events fd:3 --quiet -- x`);
    expect(request).toMatchObject({ handoff: "inherit", auto: 20, envName: "HTTP_PORT", readyTimeoutMs: 60_000 });
    expect(request).toMatchObject({ graceMs: 500, nofile: 4096, outliveParent: true, killAll: true });
    expect(request.ports.map(({ ports }) => ports)).toEqual([
      { kind: "one", port: 1 },
      { kind: "one", port: 2 },
    ]);
    expect(report).toEqual({ events: "fd:3", quiet: true });
  });

  test("narrows every port that names no address by --host", () => {
    const { ports } = parse("--host 127.0.0.1 --host ::1 8000 [::1]:9000 web=7000").request;
    expect(ports.map(({ hosts }) => hosts)).toEqual([[LOOPBACK4, LOOPBACK6], [LOOPBACK6], [LOOPBACK4, LOOPBACK6]]);
    expect(parse("--host localhost 8000").request.ports[0]?.hosts).toEqual([LOOPBACK4, LOOPBACK6]);
  });

  test("holds what --bind needs, and nothing else", () => {
    const mapped = { family: 6, text: "::ffff:127.0.0.1", scopeId: 0 } as const;
    const { request } = parse("8000 --bind localhost -- x");
    expect(request).toMatchObject({ bind: [LOOPBACK4, LOOPBACK6], ports: [{ hosts: [LOOPBACK4, mapped, LOOPBACK6] }] });
    expect(parse("8000 --bind :: -- x").request.ports[0]?.hosts).toBe("every");
  });

  test("says of each port what the command takes it for", () => {
    const asOf = (line: string) => parse(line).request.ports.map(({ as }) => as);
    expect(asOf("3001 --as 3000 -- x")).toEqual([3000]);
    expect(asOf("web=3001 api=4001 db=5432 --as api=4000 --as web=3000 -- x")).toEqual([3000, 4000, undefined]);
    expect(asOf("a=3001 b=3000 --as a=3000 --as b=3001 -- x")).toEqual([3000, 3001]);
    expect(asOf("web=53/udp 3000 --as web=3000 -- x")).toEqual([3000, undefined]);
  });

  test("says what shows that the command is ready", () => {
    const readyOf = (check: string) => parse(`8000 --ready ${check} -- x`).request.ready;
    expect(readyOf("none")).toEqual({ kind: "none" });
    expect(readyOf("http")).toEqual({ kind: "http", path: "/" });
    expect(readyOf("http=204")).toEqual({ kind: "http", path: "/", status: 204 });
    expect(readyOf("http:/up?deep=1=200")).toEqual({ kind: "http", path: "/up?deep=1", status: 200 });
    expect(readyOf("log:ready")).toEqual({ kind: "log", pattern: /ready/ });
  });

  test("waits for half a minute unless it says how long", () => {
    expect(parse("8000 --if-held wait").request.waitMs).toBe(30_000);
    expect(parse("8000 --if-held=wait=5s").request.waitMs).toBe(5000);
    expect(parse("8000 --if-held fail").request.waitMs).toBe(0);
    expect(parse("8000 --if-held next").request.auto).toBe(10);
    expect(parse("8000 --if-held reuse").request.ifHeld).toEqual({ kind: "reuse" });
    expect(parse("8000 --if-held stop-orphan").request.ifHeld).toEqual({ kind: "stop-orphan" });
    expect(parse("8000 --if-held stop").request.ifHeld).toEqual({ kind: "stop", yes: false });
    expect(parse("8000 --if-held stop --yes").request.ifHeld).toEqual({ kind: "stop", yes: true });
  });

  test("tries ten more ports with a bare --auto", () => {
    expect(parse("8000 --auto").request.auto).toBe(10);
  });

  test("without a command holds, for --for or until stopped", () => {
    expect(parse("8000").request).toMatchObject({ command: [] });
    expect(parse("8000").request.forMs).toBeUndefined();
    expect(parse("8000 --for 10m").request.forMs).toBe(600_000);
  });

  test("with --no-env names no variable", () => {
    expect(parse("8000 --no-env -- x").request.envName).toBeUndefined();
  });

  test("shows its plan as text or as JSON", () => {
    expect(parse("8000 --dry-run").dryRun).toBe("text");
    expect(parse("8000 --dry-run --json").dryRun).toBe("json");
  });
});

describe("a reserve line is refused", () => {
  test.each([
    ["", "no port is given", "portguard reserve 8000"],
    ["-- npm start", "no port is given", "portguard reserve 8000 -- npm start"],
    ["-- A=1 npm", "no port is given", "portguard reserve 8000 -- COMMAND"],
    ["8000 --", "no command stands behind `--`", "leave `--` out"],
    ["8000 uvicorn app:app", "`uvicorn` is not a port", "portguard reserve 8000 -- uvicorn …"],
    ["8000 python3 -m http.server", "`python3` is not a port", "portguard reserve 8000 -- python3 …"],
    ["8000 ./server --fast", "`./server` is not a port", "portguard reserve 8000 -- ./server …"],
    ["node_modules/.bin/vite", "`node_modules/.bin/vite` is not a port", "put `--` before the command"],
    ["8000 --for 10m -- x", "--for is for a hold without a command", "leave out --for"],
    ["8000 --json", "--json is for --dry-run", "--events FILE"],
    ["8000 --env A --no-env -- x", "--env and --no-env contradict each other", "leave one of them out"],
    [
      "8000 --handoff release --restart-mode rolling -- x",
      "by release two generations can't have the port",
      "stopped first",
    ],
    ["8000 --ready soon -- x", "`soon` is not a way for --ready", "it is listen, http"],
    ["8000 --ready log:( -- x", "`(` is not a regular expression for --ready", "--ready 'log:"],
    ["8000 --restart-mode rolling", "--restart-mode says something about a command, and there is none", "behind `--`"],
    ["8000 --auto --if-held wait -- x", "--auto takes another port", "leave one of them out"],
    ["8000 --handoff auto", "--handoff says something about a command, and there is none", "behind `--`"],
    ["8000 --kill-all", "--kill-all says something about a command, and there is none", "behind `--`"],
    ["8000 --handoff fork -- x", "`fork` is not a value of --handoff", "auto, takeover, inherit, release"],
    ["8000 --color blue", "`blue` is not a value of --color", "auto, always, never"],
    ["8000 --auto --if-held next -- x", "--auto takes another port", "leave one of them out"],
    ["8000 --auto --if-held stop -- x", "--auto takes another port", "leave one of them out"],
    ["8000 --yes -- x", "--yes is for --if-held stop", "leave it out"],
    ["8000,8001 --if-held reuse -- x", "--if-held reuse is about one TCP port", "as in 8000"],
    ["8000-8010 --if-held reuse -- x", "--if-held reuse is about one TCP port", "as in 8000"],
    ["8000 --if-held retry", "`retry` is not a way for --if-held", "wait=30s"],
    ["8000 --auto=0", "`0` is not a number for --auto", "1 or more"],
    ["8000 --nofile=many -- x", "`many` is not a number for --nofile", "1 or more"],
    ["8000 --env 1A -- x", "`1A` is not a variable's name", "HTTP_PORT"],
    ["8000 --events fd:1 -- x", "fd:1 is the command's own stdout", "another number"],
    ["8000 --bind ::1", "--bind says something about a command", "behind `--`"],
    ["8000 --bind lo -- x", "`lo` is not an IP address", "one of this machine's addresses"],
    ["8000 --bind ::1 --bind :: -- x", "--bind names two IPv6 addresses", "one of each family"],
    ["8000 --bind ::1 --host ::1 -- x", "--bind and --host both name addresses", "leave one of them out"],
    ["127.0.0.1:8000 --bind ::1 -- x", "--bind and the port both name an address", "8000 --bind 127.0.0.1"],
    ["8000 --bind ::1 --handoff release -- x", "--bind is had by takeover only, not by release", "leave out --handoff"],
    ["8000 --as 3000 --handoff inherit -- x", "--as is had by takeover only, not by inherit", "leave out --handoff"],
    ["8000 --as 3000 -- x {fd}", "--as is had by takeover only, and {fd} asks for inherit", "leave out one"],
    ["8000 --as 0 -- x", "`0` is not a port for --as", "--as 3000"],
    ["8000 8001 --as 3000 -- x", "--as 3000 leaves open which of the ports it means", "web=3001 --as web=3000"],
    ["a=8000 b=8001 --as c=3000 -- x", "no port is named `c`", "there is a, b"],
    ["8000 --as 1 --as 2 -- x", "--as 2 is said of a port that has one already", "once a port"],
    ["a=8000 b=3000 --as a=3000 -- x", "--as 3000 could mean two of the reserved ports", "of its own"],
    ["8000 --adopt api", "--adopt takes a reservation's own ports over", "leave out `8000`"],
    ["--adopt api --auto", "--adopt and --auto can't be had together", "leave one of them out"],
    ["--adopt a/b", "`a/b` is not a name for a reservation", "--name api"],
    ["8000 --detach -- x", "--detach is for a hold without a command", "leave out --detach"],
    ["8000 --detach --events x", "--detach and --events can't be had together", "leave one of them out"],
    ["8000 8000", "`8000` and `8000` are the same port", "once"],
  ])("`%s`: %s", (line, what, hint) => {
    expect(() => parse(line)).toThrow(
      expect.objectContaining({
        exit: 2,
        what: expect.stringContaining(what) as string,
        hint: expect.stringContaining(hint) as string,
      }),
    );
  });

  test("where the command is an empty word", () => {
    expect(() => parseReserveArgs({ words: ["8000"], command: [""] })).toThrow("the command is an empty word");
  });

  test("at its first mistake", () => {
    expect(() => parse("99999 --hadoff x")).toThrow("99999 is not a port");
    expect(() => parse("--hadoff 99999")).toThrow("there is no flag `--hadoff`");
  });
});
