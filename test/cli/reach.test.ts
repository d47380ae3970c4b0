import { describe, expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CAUSES } from "../../src/reach/causes.ts";
import { PAGE_START } from "../../src/report/reach-html.ts";
import { binary, driveBare, type DriveOptions, type Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { US } from "../drive/us.ts";
import { until } from "../drive/until.ts";
import { need } from "../need.ts";

const ENV = { LC_ALL: "C.UTF-8", TERM: "xterm", NO_COLOR: "" };

const reach = (args: readonly string[], options: Partial<DriveOptions> = {}): Run =>
  driveBare([binary(), "reach", ...args], { ...options, env: { ...ENV, ...options.env } });

async function ask(args: readonly string[], options: Partial<DriveOptions> = {}) {
  await using run = reach(args, options);
  const exit = await run.ended();
  return { exit, stdout: run.stdout, stderr: run.stderr, screen: run.screen, lines: run.stdout.split("\n") };
}

/** A server that takes connections and says nothing. */
function listen(port: number, hostname = "127.0.0.1"): Disposable {
  const server = Bun.listen({ hostname, port, socket: { data: () => undefined } });
  return { [Symbol.dispose]: () => server.stop(true) };
}

describe("reach answers on stdout, and by its exit code", () => {
  test("0 for a server that takes connections", async () => {
    const port = freePort();
    using _server = listen(port);
    const { exit, lines, stderr } = await ask([String(port)]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(lines[0]).toBe(`✓ ${port} is reachable: ${US} on 127.0.0.1:${port}`);
    expect(lines[1]).toStartWith(`  127.0.0.1:${port} connected in `);
  });

  test("1 where nobody listens, with cause, evidence and mend in front", async () => {
    const port = freePort();
    const { exit, lines, stderr } = await ask([String(port)]);
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: "" });
    expect(lines[0]).toStartWith(`✗ ${port} can't be reached: nobody listens on port ${port}`);
    expect(lines[1]).toStartWith("  seen: ");
    expect(lines[2]).toStartWith("  mend: ");
  });

  test("3 where only somebody else could know", async () => {
    const port = freePort();
    using _server = listen(port, "0.0.0.0");
    const { exit, lines } = await ask([String(port), "-4", "--from", "fd00:9::7"]);
    expect(exit).toBe(3);
    expect(lines[0]).toStartWith(`? whether ${port} can be reached from fd00:9::7 is open: `);
  });

  test("2 for a bad line, whose answer is on stderr", async () => {
    const { exit, stdout, stderr } = await ask(["db.lan"]);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toStartWith("portguard: `db.lan` names no port\nportguard: hint: ");
  });

  test("as one JSON object", async () => {
    const port = freePort();
    const { exit, stdout, stderr } = await ask([String(port), "--json"]);
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 1,
      ok: false,
      verdict: "unreachable",
      target: { port },
      findings: [{ code: "NO_LISTENER" }],
    });
    const bad = await ask(["db.lan", "--json"]);
    expect([bad.exit, JSON.parse(bad.stdout)]).toMatchObject([2, { ok: false, error: { code: "BAD_TARGET" } }]);
  });

  test("--quiet has no words for good news, and few for bad ones", async () => {
    const port = freePort();
    const bad = await ask([String(port), "--quiet"]);
    expect(bad.exit).toBe(1);
    expect(bad.lines.length).toBeLessThanOrEqual(5);
    using _server = listen(port);
    expect(await ask([String(port), "--quiet"])).toMatchObject({ exit: 0, stdout: "", stderr: "" });
  });

  test("a password in a URL is on no line", async () => {
    for (const argv of [["reach"], ["wait"], []]) {
      await using run = driveBare([binary(), ...argv, "http://user:SECRET@127.0.0.1/"]);
      expect(await run.ended()).toBe(2);
      expect(run.stdout + run.stderr).not.toContain("SECRET");
    }
  });
});

describe("the path line", () => {
  const PATH = /✓ client ▸ - name ▸ . route ▸ . firewall ▸ ✗ socket ▸ - process ▸ - protocol/;
  // oxlint-disable-next-line no-control-regex -- our own colours
  const uncolored = (text: string) => text.replaceAll(/\u001b\[\d+m/g, "");

  test("is drawn on a terminal, in colour", async () => {
    const { screen } = await ask([String(freePort())], { terminal: true });
    expect(uncolored(screen)).toMatch(PATH);
    expect(screen).toContain("\u001b[31m✗ socket\u001b[0m");
  });

  test("is drawn on a pipe when it is asked for, without colour", async () => {
    const port = String(freePort());
    expect((await ask([port])).stdout).not.toMatch(/client ▸/);
    const { stdout } = await ask([port, "--path"]);
    expect(stdout).toMatch(PATH);
    expect(stdout).not.toContain("\u001b");
    expect((await ask([port, "--path", "--color=always"])).stdout).toContain("\u001b[31m✗ socket\u001b[0m");
  });

  test("and all that is ours is ASCII where the terminal has only that", async () => {
    const { stdout } = await ask([String(freePort()), "--path"], { env: { LC_ALL: "C" } });
    expect(stdout).toContain("+ client > - name > ");
    expect(stdout).toMatch(/^[\n -~]*$/);
  });
});

if (need("python3")) {
  test("a process that calls itself by escape codes drives no terminal", async () => {
    const port = freePort();
    const script = `
import socket, sys
open("/proc/self/comm", "w").write("\\x1b[2J<b>")
server = socket.create_server(("127.0.0.1", ${port}))
print("ready", flush=True)
while True:
    server.accept()[0].sendall(b"\\x1b[2Jhello")
`;
    await using server = driveBare(["python3", "-c", script]);
    await until("the server", () => server.stdout.includes("ready"));
    await using page = driveBare(["true"]);
    const file = join(page.folder, "page.html");
    for (const flags of [[], ["--path"], ["--json"], ["--html", file]]) {
      const { stdout, stderr } = await ask([`127.0.0.1:${port}`, ...flags]);
      expect(stdout + stderr).not.toContain("\u001b");
      expect(stdout).toContain(flags.includes("--json") ? "\\u001b[2J<b>" : "\\x1b[2J<b> (pid ");
    }
    const written = readFileSync(file, "utf8");
    expect(written).toContain("\\x1b[2J&lt;b&gt; (pid ");
    expect(written).toContain("it said &quot;\\x1b[2Jhello&quot;");
    expect(written).not.toContain("\u001b");
  });
}

describe("--html", () => {
  test("writes a page for its owner, says so on stderr, and replaces only pages", async () => {
    await using run = driveBare(["true"]);
    await run.ended();
    const file = join(run.folder, "page.html");
    const port = String(freePort());
    const first = await ask([port, "--html", file]);
    expect(first).toMatchObject({ exit: 1, stderr: `portguard: wrote the page \`${file}\`\n` });
    expect(first.lines[0]).toStartWith(`✗ ${port} can't be reached`);
    expect(readFileSync(file, "utf8")).toStartWith(PAGE_START);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await ask([port, "--html", file, "--json"])).stderr).toBe(`portguard: replaced the page \`${file}\`\n`);
    writeFileSync(file, "mine");
    expect(await ask([port, "--html", file])).toMatchObject({ exit: 2, stdout: "" });
    expect(readFileSync(file, "utf8")).toBe("mine");
  });
});

describe("the catalogue", () => {
  test("has every cause, with an explanation of its own", async () => {
    const { exit, stdout } = await ask(["--causes"]);
    expect(exit).toBe(0);
    for (const { code, summary } of CAUSES) {
      const line = stdout.split("\n").find((each) => each.startsWith(`  ${code} `));
      expect(line?.slice(code.length + 2).trim()).toBe(summary);
    }
    const [{ code, explain }] = CAUSES as [(typeof CAUSES)[0]];
    const one = await ask(["--explain", code.toLowerCase().replaceAll("_", "-")]);
    expect(one.exit).toBe(0);
    expect(one.stdout).toStartWith(`${code} (`);
    expect(one.stdout).toContain(explain.join("\n"));
  });

  test("is there for scripts", async () => {
    const { stdout } = await ask(["--causes", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, causes: CAUSES.map(({ code, stage }) => ({ code, stage })) });
    expect(JSON.parse((await ask(["--explain", "NO_LISTENER", "--json"])).stdout)).toMatchObject({
      cause: { code: "NO_LISTENER", stage: "socket" },
    });
  });

  test("tells what a code was meant to be", async () => {
    const { exit, stderr } = await ask(["--explain", "NO_LISTNER"]);
    expect(exit).toBe(2);
    expect(stderr).toContain("no cause is called `NO_LISTNER`\nportguard: hint: did you mean NO_LISTENER?");
  });
});

describe("--follow", () => {
  test("tells each change in a line, until it is stopped", async () => {
    const port = freePort();
    await using run = reach([String(port), "--follow"]);
    const told = (count: number) => until(`line ${count}`, () => run.stdout.split("\n").length > count);
    await told(1);
    {
      using _server = listen(port);
      await told(2);
    }
    await told(3);
    expect(await run.stop("SIGINT")).toBe("SIGINT");
    const lines = run.stdout.trimEnd().split("\n");
    expect(lines.map((line) => line.slice(0, 30).replace(/^\d\d:\d\d:\d\d/, "TIME"))).toEqual(
      ["✗", "✓", "✗"].map((mark) => expect.stringMatching(new RegExp(`^TIME ${mark} ${port} `)) as string),
    );
    expect(run.stderr).toBe("");
  });

  test("is one object a line with --json", async () => {
    const port = freePort();
    await using run = reach([String(port), "--follow", "--json"]);
    await until("a line", () => run.stdout.includes("\n"));
    using _server = listen(port);
    await until("two lines", () => run.stdout.split("\n").length > 2);
    await run.stop();
    const lines = run.stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { time: expect.stringMatching(/^\d{4}-.*Z$/) as string, verdict: "unreachable" },
      { verdict: "reachable", ok: true },
    ]);
  });

  test("ends when nobody reads it any more", async () => {
    const port = freePort();
    await using run = driveBare([
      "bash",
      "-c",
      '"$0" reach "$1" --follow | head -n 1; echo "${PIPESTATUS[0]}"',
      binary(),
      String(port),
    ]);
    await until("the first line", () => run.stdout.includes("\n"));
    using _server = listen(port);
    await run.ended();
    expect(run.stdout).toEndWith("\n0\n");
  });
});
