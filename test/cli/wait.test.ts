import { describe, expect, test } from "bun:test";
import { binary, driveBare, type DriveOptions, type Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { US } from "../drive/us.ts";
import { until } from "../drive/until.ts";

const ENV = { LC_ALL: "C.UTF-8", TERM: "xterm", NO_COLOR: "1" };

const wait = (args: readonly string[], options: Partial<DriveOptions> = {}): Run =>
  driveBare([binary(), "wait", ...args], { ...options, env: { ...ENV, ...options.env } });

function listen(port: number, hostname = "127.0.0.1"): Disposable {
  const server = Bun.listen({ hostname, port, socket: { data: () => undefined } });
  return { [Symbol.dispose]: () => server.stop(true) };
}

/** A web server whose status is what `status.now` says, and how often it was asked. */
function serve(port: number, status: { now: number }): Disposable & { readonly asked: () => number } {
  let asked = 0;
  const fetch = () => (asked++, new Response("x", { status: status.now }));
  const server = Bun.serve({ hostname: "127.0.0.1", port, fetch });
  return { asked: () => asked, [Symbol.dispose]: () => void server.stop(true) };
}

describe("wait", () => {
  test("ends when the server comes, with a line about it that a terminal shows meanwhile", async () => {
    const port = freePort();
    await using run = wait([String(port)], { terminal: true });
    await until("its progress", () => run.screen.includes(`portguard: waiting for ${port}, 0 s of 30s`));
    using _server = listen(port);
    expect(await run.ended()).toBe(0);
    expect(run.screen).toMatch(new RegExp(`\\r\\u001b\\[Kportguard: ${port} answers, after [0-9.]+ m?s\\r\\n`));
  });

  test("shows no progress on a pipe", async () => {
    const port = freePort();
    using _server = listen(port);
    await using run = wait([String(port)]);
    expect(await run.ended()).toBe(0);
    expect(run.stdout).toBe("");
    expect(run.stderr).toMatch(new RegExp(`^portguard: ${port} answers, after \\S+ m?s\\n$`));
  });

  test("ends with the first cause of reach when the time is up", async () => {
    const port = freePort();
    await using run = wait([String(port), "--timeout", "200ms"]);
    expect(await run.ended()).toBe(1);
    expect(run.stdout).toBe("");
    expect(run.stderr).toStartWith(`portguard: ${port} did not answer within 200ms: nobody listens on port ${port}`);
    expect(run.stderr).toContain("\nportguard: hint: ");
  });

  test("waits for each of its targets, or with --any for one", async () => {
    const [here, absent] = [freePort(), freePort()].map(String) as [string, string];
    using _server = listen(Number(here));
    await using all = wait([here, absent, "--timeout", "2s"]);
    await using any = wait([absent, here, "--any"]);
    expect(await all.ended()).toBe(1);
    expect(all.stderr).toMatch(new RegExp(`^portguard: ${here} answers.*\\nportguard: ${absent} did not answer`));
    expect(await any.ended()).toBe(0);
    expect(any.stderr).toMatch(new RegExp(`^portguard: ${here} answers, .*\\n$`));
  });

  test("takes a status of 500 and more for no answer yet", async () => {
    const port = freePort();
    const status = { now: 503 };
    using server = serve(port, status);
    await using run = wait([`http://127.0.0.1:${port}/health`]);
    await until("it was asked twice", () => server.asked() > 1);
    expect(run.stderr).toBe("");
    status.now = 404;
    expect(await run.ended()).toBe(0);
  });

  test("says nothing with --quiet, but why it failed", async () => {
    const port = freePort();
    await using bad = wait([String(port), "--quiet", "--timeout", "50ms"], { terminal: true });
    expect(await bad.ended()).toBe(1);
    expect(bad.screen).toStartWith(`portguard: ✗ ${port} did not answer`.replace("✗ ", ""));
    using _server = listen(port);
    await using good = wait([String(port), "--quiet"]);
    expect(await good.ended()).toBe(0);
    expect(good.stderr).toBe("");
  });

  test("answers scripts with one object", async () => {
    const [here, absent] = [freePort(), freePort()];
    using _server = listen(here);
    await using run = wait([String(here), String(absent), "--timeout", "2s", "--json"]);
    expect(await run.ended()).toBe(1);
    expect(run.stderr).toBe("");
    expect(JSON.parse(run.stdout)).toMatchObject({
      schema: 1,
      ok: false,
      targets: [
        { target: String(here), ok: true },
        { target: String(absent), ok: false },
      ],
      findings: [{ code: "NO_LISTENER" }],
    });
  });
});

describe("wait --free", () => {
  test("ends when nobody has the port any more", async () => {
    const port = freePort();
    await using run = wait([String(port), "--free"], { terminal: true });
    expect(await run.ended()).toBe(0);
    expect(run.screen).toContain(`portguard: ${port} is free, after `);
    await using held = await heldFor(port);
    expect(await held.ended()).toBe(0);
  });

  async function heldFor(port: number): Promise<Run> {
    using _server = listen(port);
    const run = wait([`localhost:${port}`, "--free"], { terminal: true });
    await until("its progress", () => run.screen.includes("waiting for"));
    return run;
  }

  test("names who still has it when the time is up", async () => {
    const port = freePort();
    using _server = listen(port);
    await using run = wait([`127.0.0.1:${port}`, "--free", "--timeout", "100ms"]);
    expect(await run.ended()).toBe(1);
    expect(run.stderr).toStartWith(
      `portguard: 127.0.0.1:${port} was not free within 100ms: it is held by ${US} on 127.0.0.1:${port}\n`,
    );
    await using other = wait([`127.0.0.2:${port}`, "--free"]);
    expect(await other.ended()).toBe(0);
  });

  test("names nobody who has the port at another address", async () => {
    const port = freePort();
    using _here = listen(port);
    using _beside = listen(port, "::1");
    await using run = wait([`[::1]:${port}`, "--free", "--timeout", "100ms", "--json"]);
    expect(await run.ended()).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({ ok: false, holders: [{ at: { address: "::1", port } }] });
    expect(run.stdout).not.toContain('"127.0.0.1"');
  });

  test("can't see another machine's sockets, and says so", async () => {
    await using run = wait(["198.51.100.7:80", "--free"]);
    expect(await run.ended()).toBe(2);
    expect(run.stderr).toStartWith("portguard: `198.51.100.7:80` is not on this machine\n");
  });
});
