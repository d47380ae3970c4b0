import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { listenerOf, server, stage } from "../holders/scene.ts";
import { committed } from "../servers/parts.ts";
import { describeServer } from "../servers/find-server.ts";
import { isWatcher } from "../../src/holders/recognize/watcher.ts";
import { ask } from "./freeing.ts";

/** Frees the port once the server is up, and expects nothing of it to come again. */
async function freeFor(run: Run, port: number, watcher: RegExp): Promise<void> {
  const pid = await listenerOf(run, port);
  const planned = await ask(["free", port, "--dry-run"]);
  expect(planned.stdout).toMatch(watcher);
  const { exit, stdout } = await ask(["free", port, "--yes"]);
  expect(stdout).toStartWith(`✓ ${port} is free: `);
  expect(exit).toBe(0);
  await until("the end of all of it", () => run.processes().length === 0 || undefined);
  expect(existsSync(`/proc/${pid}/exe`)).toBe(false);
  await run.expectNothingLeft();
}

describeServer("nodemon", (nodemon) => {
  test("is stopped with its server, which would come again without it", async () => {
    const port = freePort();
    const [, file = "", ...args] = server(port);
    await using run = stage([nodemon, "--watch", ".", file, ...args], { ports: [port] });
    await freeFor(run, port, /stop {3}node \(pid \d+\), which would start it again: SIGTERM/);
  });
});

describeServer("uvicorn", (uvicorn) => {
  test("with --reload is two processes, both of which end", async () => {
    const port = freePort();
    const cwd = committed("programs/python");
    await using run = stage([uvicorn, "asgi:app", "--port", String(port), "--reload"], { ports: [port], cwd });
    await freeFor(run, port, /stop /);
  });
});

describeServer("node", (node) => {
  test("in its watch mode is two processes, the first of which waits for changes", async () => {
    const port = freePort();
    const [, file = "", ...args] = server(port);
    await using run = stage([node, "--watch", file, ...args], { ports: [port] });
    await freeFor(run, port, /which would start it again/);
  });
});

test.each([
  [["node", "/x/node_modules/.bin/nodemon", "server.js"], true],
  [["/usr/bin/node", "--watch", "server.js"], true],
  [["node", "--watch-path=src", "server.js"], true],
  [["node", "/x/node_modules/.bin/tsx", "watch", "server.ts"], true],
  [["python3", "/x/bin/uvicorn", "app:app", "--reload"], true],
  [["python3", "-m", "flask", "run", "--debug"], true],
  [["python3", "manage.py", "runserver", "8000"], true],
  [["watchexec", "-r", "--", "node", "server.js"], true],
  [["cargo", "watch", "-x", "run"], true],
  [["node", "server.js", "--watch"], false],
  [["node", "server.js", "watch"], false],
  [["python3", "/x/bin/uvicorn", "app:app"], false],
  [["npm", "run", "watch"], false],
  [["vim", "nodemon.json"], false],
  [[], false],
])("%j is a watcher: %p", (command, expected) => expect(isWatcher(command)).toBe(expected));
