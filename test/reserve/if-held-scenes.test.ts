import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drive, type Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { isAlive, program as freeProgram, STATE } from "../free/freeing.ts";
import { holderOf, kill, listenerOf, program, server, stage } from "../holders/scene.ts";
import { need } from "../need.ts";
import { describeServer } from "../servers/find-server.ts";
import { committed, partFolder } from "../servers/parts.ts";

// What `reserve --if-held` does about real chains: only what is surely dead weight is stopped unasked.

const folder = realpathSync(mkdtempSync(join(tmpdir(), "portguard-if-held-scenes-")));
symlinkSync(Bun.which("node")!, join(folder, "code"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const byEditor = (...command: readonly string[]) => [join(folder, "code"), program("editor.mjs"), "pipe", ...command];

function reserve(port: number, ...ifHeld: readonly string[]): Run {
  const args = ["reserve", String(port), "--if-held", ...ifHeld, "--", ...server(port)];
  return drive({ args, ports: [port], env: { XDG_STATE_HOME: STATE } });
}

/** It is refused, with this reason, and the holder goes on. */
async function expectRefused(run: Run, holder: number, because: RegExp): Promise<void> {
  expect(await run.ended()).toBe(125);
  expect(run.voice.at(-1)).toMatch(because);
  expect(isAlive(holder)).toBe(true);
}

describeServer("uv", (uv) => {
  describeServer("uvicorn", () => {
    test("a whole chain that an editor has left is stopped for the next start", async () => {
      const port = freePort();
      const env = { VIRTUAL_ENV: partFolder("python") };
      const command = [uv, "run", "--no-project", "--offline", "uvicorn", "asgi:app", "--port", String(port)];
      await using left = stage(byEditor(...command), { cwd: committed("programs/python"), env });
      const pid = await listenerOf(left, port);
      await kill(left.pid);
      await using run = reserve(port, "stop-orphan");
      expect(await run.event("cleared")).toMatchObject({ port, stopped: [{ pid }] });
      await run.event("ready");
      await until("the end of uv, too", () => left.processes().length === 0);
      await run.stop();
      await run.expectNothingLeft();
    });
  });
});

if (need("zsh")) {
  describe("what an agent's command has left, and may be wanted", () => {
    test.each<[how: string[], because: RegExp]>([
      [["stop-orphan"], /whoever made its pipes is there: pid \d+; `--if-held stop` stops it all the same$/],
      [["stop"], /nobody is there to be asked: add --yes$/],
      [["fail"], /--if-held wait/],
      [["reuse"], /it is not of this work tree/],
      [["wait=300ms"], /wait longer/],
    ])("is left by %j", async (how, because) => {
      const port = freePort();
      await using agent = stage(["node", program("agent.mjs"), "zsh", "-c", `${server(port).join(" ")} &`]);
      const pid = await listenerOf(agent, port);
      await until("the end of the command", async () => (await holderOf(port)).startedBy?.kind === "gone");
      await expectRefused(reserve(port, ...how), pid, because);
    });
  });
}

describeServer("pm2", (pm2) => {
  test("a program of PM2's is left by stop-orphan and by stop, which say through whom it is stopped", async () => {
    const port = freePort();
    const [, file = "", ...words] = server(port);
    const start = [pm2, "start", file, "--name", "web", "--", ...words];
    await using run = stage(start, { env: { PM2_HOME: join(folder, "pm2") } });
    const pid = await listenerOf(run, port);
    for (const how of [["stop-orphan"], ["stop", "--yes"]]) {
      await expectRefused(reserve(port, ...how), pid, /PM2 .* keeps it running/);
    }
  });
});

if (need("python3")) {
  test("an orphan's socket that somebody has got since who is wanted is left to that one", async () => {
    const port = freePort();
    const holder = ["python3", freeProgram("heirs.py"), "hand", String(port)];
    await using run = stage(byEditor(...holder));
    const heir = await until("the heir", () => Number(/^heir (\d+)$/m.exec(run.stdout)?.[1]) || undefined);
    await until("the server", () => run.stdout.includes("up "));
    await kill(run.pid);
    await expectRefused(reserve(port, "stop-orphan"), heir, /it has got the socket since/);
  });
}
