import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { bindsPlainly } from "../drive/plain-bind.ts";
import { until } from "../drive/until.ts";
import { need } from "../need.ts";
import { kill, listenerOf, program as holderProgram, server, stage } from "../holders/scene.ts";
import { ask, isAlive, portguard, program, readKills } from "./freeing.ts";

const said = (run: { stdout: string }, word: string) => until(word, () => run.stdout.includes(word));

describe("a server that somebody uses", () => {
  test("is stopped with --yes, by its own SIGTERM, and the port is bound to prove it", async () => {
    const port = freePort();
    await using run = stage(server(port), { ports: [port] });
    const pid = await listenerOf(run, port);
    const { exit, stdout, stderr } = await ask(["free", port, "--yes"]);
    expect(stdout).toMatch(new RegExp(`^✓ ${port} is free: node \\(pid ${pid}\\) ended on SIGTERM in \\d+ ms\\n$`));
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(await run.ended()).toBe("SIGTERM");
    await run.expectNothingLeft();
  });

  test("is left where nobody can be asked, and --dry-run shows what would be done", async () => {
    const port = freePort();
    await using run = stage(server(port));
    const pid = await listenerOf(run, port);
    const refused = await ask(["free", port]);
    expect(refused).toMatchObject({ exit: 2, stdout: "" });
    expect(refused.stderr).toContain(`node (pid ${pid}) is `);
    expect(refused.stderr).toContain("there is nobody to ask\nportguard: hint: add --yes");
    const planned = await ask(["free", port, "--dry-run"]);
    expect(planned.exit).toBe(0);
    expect(planned.stdout.split("\n").map((line) => line.replace(/ {2,}.*/, ""))).toEqual(["ask", "stop", "prove", ""]);
    expect(planned.stdout).toContain(`node (pid ${pid}) on 127.0.0.1:${port}: SIGTERM, 5s, SIGKILL`);
    expect(isAlive(pid)).toBe(true);
  });

  test("is asked about on a terminal: no leaves it, yes stops it", async () => {
    const port = freePort();
    await using run = stage(server(port));
    const pid = await listenerOf(run, port);
    for (const [answer, exit] of [
      ["n\r", 1],
      ["y\r", 0],
    ] as const) {
      await using asked = portguard(["free", port], { terminal: true });
      await until("the question", () => asked.screen.includes("go ahead? [y/N]"));
      expect(isAlive(pid)).toBe(true);
      asked.write(answer);
      expect(await asked.ended()).toBe(exit);
    }
    expect(await run.ended()).toBe("SIGTERM");
  });

  test("that does not heed SIGTERM is killed when its grace is over", async () => {
    const port = freePort();
    await using run = stage(["node", program("stubborn.mjs"), String(port)]);
    await said(run, "up");
    const { exit, stdout } = await ask(["free", port, "--yes", "--grace", "300ms"]);
    expect(stdout).toMatch(new RegExp(`^✓ ${port} is free: node \\(pid ${run.pid}\\) was killed after \\d+ ms`));
    expect(exit).toBe(0);
    expect(run.stdout).toContain("heard");
    expect(await run.ended()).toBe("SIGKILL");
    expect(readKills().find(({ pid }) => pid === run.pid)).toMatchObject({
      by: "free",
      role: "holder",
      outcome: "killed",
    });
  });
});

test("an orphan for certain is stopped without a question, and written down with what starts it again", async () => {
  const port = freePort();
  const folder = mkdtempSync(join(tmpdir(), "portguard-free-"));
  symlinkSync(Bun.which("node")!, join(folder, "code"));
  await using run = stage([join(folder, "code"), holderProgram("editor.mjs"), "pipe", ...server(port)]);
  const pid = await listenerOf(run, port);
  await kill(run.pid);
  const { exit, stdout } = await ask(["free", port]);
  expect(stdout).toStartWith(`✓ ${port} is free: node (pid ${pid}) ended on SIGTERM`);
  expect(exit).toBe(0);
  const log = await ask(["clean", "--log"]);
  expect(log.stdout).toContain(
    `node (pid ${pid}) on tcp 127.0.0.1:${port}, ended by SIGTERM, by portguard free\n  it was an orphan`,
  );
  expect(log.stdout).toContain(`&& ${server(port).join(" ")}\n`);
  rmSync(folder, { recursive: true });
});

test("is done where nothing can be written down, which is said", async () => {
  const port = freePort();
  await using run = stage(server(port));
  const pid = await listenerOf(run, port);
  const { exit, stdout, stderr } = await ask(["free", port, "--yes"], { env: { XDG_STATE_HOME: "/dev/null" } });
  expect(stdout).toStartWith(`✓ ${port} is free: node (pid ${pid}) ended`);
  expect(stderr).toStartWith("portguard: what was ended is not written down: ");
  expect(exit).toBe(0);
});

test("a process that has a line of a plan in its name stands in one line all the same", async () => {
  const port = freePort();
  const name = "x\\nstop  y\\x1b[2J";
  const serve = `s = socket.socket(); s.bind(("127.0.0.1", ${port})); s.listen(); time.sleep(600)`;
  const script = `import ctypes, socket, time; ctypes.CDLL(None).prctl(15, b"${name}", 0, 0, 0); ${serve}`;
  await using run = stage(["python3", "-c", script]);
  const pid = await listenerOf(run, port);
  const { stdout } = await ask(["free", port, "--dry-run"]);
  expect(stdout.split("\n").map((line) => line.split(" ")[0])).toEqual(["ask", "stop", "prove", ""]);
  expect(stdout).toContain(`\nstop   x\\nstop  y\\x1b[2J (pid ${pid}) on 127.0.0.1:${port}: SIGTERM`);
});

describe("a port that nobody serves on", () => {
  test("is free already, which is said", async () => {
    const port = freePort();
    expect(await ask(["free", port])).toEqual({ exit: 0, stdout: `✓ ${port} is free: nobody has it\n`, stderr: "" });
    const { stdout } = await ask(["free", port, "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      ok: true,
      ports: [
        {
          port,
          protocol: "tcp",
          state: "free",
          proof: { kind: "bound" },
          stopped: [],
          left: [],
          newcomers: [],
          clients: [],
        },
      ],
    });
    expect(await ask(["free", port, "--quiet"])).toEqual({ exit: 0, stdout: "", stderr: "" });
  });

  test("is free though a client has its own end of a connection there, where a server could share it", async () => {
    const port = freePort();
    await using client = stage(["node", program("client.mjs"), String(port)]);
    await said(client, "connected");
    expect(await ask(["free", port, "--yes"])).toMatchObject({ exit: 0, stdout: `✓ ${port} is free: nobody has it\n` });
    expect(isAlive(client.pid)).toBe(true);
  });

  if (need("python3")) {
    test("is not free where such a client shares it with nobody, and the client is left alone", async () => {
      const port = freePort();
      await using client = stage(["python3", program("client.py"), String(port)]);
      await said(client, "connected");
      const { exit, stdout } = await ask(["free", port, "--yes"]);
      expect(stdout).toMatch(
        new RegExp(
          `^✗ ${port} is not free\\n  python3? \\(pid ${client.pid}\\) is a client on 127.0.0.1:${port}, and left alone`,
        ),
      );
      expect(exit).toBe(1);
      expect(isAlive(client.pid)).toBe(true);
    });
  }
});

describe("who is never stopped", () => {
  test("is a shell in a shell, though the two have one name", async () => {
    const port = freePort();
    await using run = stage(["bash", "--norc"], { terminal: true });
    run.write("bash --norc\n");
    await until(
      "the inner shell",
      () => run.processes().filter(({ command }) => command === "bash --norc").length === 2,
    );
    run.write(`${server(port).join(" ")}\n`);
    const pid = await listenerOf(run, port);
    const shells = run.processes().filter(({ command }) => command === "bash --norc");
    expect(await ask(["free", port, "--yes"])).toMatchObject({ exit: 0 });
    expect(isAlive(pid)).toBe(false);
    expect(shells.map((shell) => isAlive(shell.pid))).toEqual([true, true]);
  });

  test("is a server on another address, where one is named", async () => {
    const port = freePort();
    await using four = stage(server(`127.0.0.1:${port}`));
    await using other = stage(server(`127.0.0.2:${port}`));
    await listenerOf(four, port);
    await listenerOf(other, port);
    const { exit, stdout } = await ask(["free", `127.0.0.1:${port}`, "--yes"]);
    expect(stdout).toStartWith(`✓ 127.0.0.1:${port} is free: node`);
    expect(exit).toBe(0);
    expect(isAlive(other.pid)).toBe(true);
    expect(await four.ended()).toBe("SIGTERM");
  });
});

describe("what would start it again", () => {
  test("is stopped first: a master whose workers it replaces", async () => {
    const port = freePort();
    await using run = stage(["node", program("cluster.mjs"), String(port)], { ports: [port] });
    await said(run, "up");
    const { exit, stdout } = await ask(["free", port, "--yes"]);
    expect(stdout).toStartWith(`✓ ${port} is free`);
    expect(exit).toBe(0);
    await run.ended();
    await run.expectNothingLeft();
  });

  test("is named where it is a shell's loop, and not fought", async () => {
    const port = freePort();
    const loop = `while :; do ${server(port).join(" ")}; done`;
    await using run = stage(["sh", "-c", loop]);
    const first = await listenerOf(run, port);
    const planned = await ask(["free", port, "--dry-run"]);
    expect(planned.stdout).toContain(`note   sh (pid ${run.pid}) has a loop, which may start it again: stop that`);
    await ask(["free", port, "--yes"]);
    const second = await until("the next one", () =>
      run.processes().find(({ pid, command }) => pid !== first && command.startsWith("node")),
    );
    expect(isAlive(run.pid)).toBe(true);
    expect(second.pid).not.toBe(first);
  });

  test("is not a shell's loop that waits for this very portguard", async () => {
    const port = freePort();
    const wait = `${binary()} wait ${port} --quiet`;
    const free = `${binary()} free ${port} --dry-run`;
    const loop = `for each in once; do ${server(port).join(" ")} & ${wait} && ${free}; kill $!; done`;
    await using run = stage(["bash", "-c", loop]);
    expect(await run.ended()).toBe(0);
    const steps = run.stdout.split("\n").map((line) => line.replace(/ {2,}.*/, ""));
    expect(steps).toEqual([expect.stringMatching(/^up /), "ask", "stop", "prove", ""]);
  });
});

test("a reservation is ended with its command, as portguard ends it", async () => {
  const port = freePort();
  await using run = portguard(["reserve", port, "--", ...server(port)], { ports: [port] });
  await listenerOf(run, port);
  const planned = await ask(["free", port, "--dry-run"]);
  expect(planned.stdout).toContain(`portguard (pid ${run.pid}), which guards it and ends it with itself`);
  const { exit, stdout } = await ask(["free", port, "--yes"]);
  expect(stdout).toStartWith(`✓ ${port} is free: portguard (pid ${run.pid}) ended on SIGTERM`);
  expect(exit).toBe(0);
  expect(await run.ended()).toBe("SIGTERM");
  await run.expectNothingLeft();
});

test("several ports are freed at once, one by UDP, and --json tells of each", async () => {
  const [one, other] = [freePort(), freePort()];
  await using tcp = stage(server(one));
  await using udp = stage(server(`udp:${other}`));
  await Promise.all([said(tcp, "up"), said(udp, "up")]);
  const { exit, stdout } = await ask(["free", one, `${other}/udp`, "--yes", "--json"]);
  const { ports } = JSON.parse(stdout) as { ports: { port: number; state: string; stopped: unknown[] }[] };
  expect(ports.map(({ port, state }) => [port, state])).toEqual([
    [one, "free"],
    [other, "free"],
  ]);
  expect(ports[0]?.stopped).toMatchObject([{ pid: tcp.pid, name: "node", role: "holder", outcome: "ended" }]);
  expect(exit).toBe(0);
  expect(await udp.ended()).toBe("SIGTERM");
});

test("a port that is only held by portguard, without a command, is let go", async () => {
  const port = freePort();
  await using run = portguard(["reserve", port], { ports: [port] });
  await until("the hold", () => run.stderr.includes("held on"));
  const { exit, stdout } = await ask(["free", port, "--yes"]);
  expect(stdout).toStartWith(`✓ ${port} is free: portguard (pid ${run.pid}) ended on SIGTERM`);
  expect(exit).toBe(0);
  expect(bindsPlainly("0.0.0.0", port)).toBe(true);
});
