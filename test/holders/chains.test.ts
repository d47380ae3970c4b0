import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { ask } from "../free/freeing.ts";
import { describeServer } from "../servers/find-server.ts";
import { committed, partFolder } from "../servers/parts.ts";
import { copyOfProject } from "../servers/work-folder.ts";
import { holderOf, kill, listenerOf, program, server, stage, type ToldHolder } from "./scene.ts";

const folder = mkdtempSync(join(tmpdir(), "portguard-chains-"));
symlinkSync(Bun.which("node")!, join(folder, "code"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What an editor starts through pipes. */
const byEditor = (...command: readonly string[]) => [join(folder, "code"), program("editor.mjs"), "pipe", ...command];
const namesOf = ({ chain = [] }: ToldHolder) => chain.map(({ name }) => name);
const PYTHON = committed("programs/python");

/** With its editor it is live; left by that one it is an orphan for certain, and goes without a question, whole. */
async function expectOrphanOfEditor(run: Run, port: number): Promise<void> {
  expect(await holderOf(port)).toMatchObject({
    grade: "live",
    startedBy: { kind: "editor", process: { pid: run.pid } },
  });
  await kill(run.pid);
  expect(await holderOf(port)).toMatchObject({ grade: "certain", startedBy: { kind: "gone" } });
  const { exit, stdout } = await ask(["free", port]);
  expect(stdout).toStartWith(`✓ ${port} is free: `);
  expect(exit).toBe(0);
  await run.expectNothingLeft();
}

describe("a chain that an editor has started", () => {
  test("is npm run, its shell and node", async () => {
    const port = freePort();
    const work = join(folder, "npm");
    mkdirSync(work);
    // Behind it something is left to do, so that the shell does not become it.
    writeFileSync(join(work, "package.json"), JSON.stringify({ scripts: { dev: `${server(port).join(" ")}; :` } }));
    await using run = stage(byEditor("npm", "run", "dev"), { cwd: work, ports: [port] });
    await listenerOf(run, port);
    expect(namesOf(await holderOf(port)).slice(0, 3)).toEqual(["sh", expect.stringMatching(/^npm/), "code"]);
    await expectOrphanOfEditor(run, port);
  });

  describeServer("uv", (uv) => {
    describeServer("uvicorn", () => {
      test("is uv run and uvicorn", async () => {
        const port = freePort();
        const env = { VIRTUAL_ENV: partFolder("python") };
        const command = [uv, "run", "--no-project", "--offline", "uvicorn", "asgi:app", "--port", String(port)];
        await using run = stage(byEditor(...command), { cwd: PYTHON, env, ports: [port] });
        await listenerOf(run, port);
        expect(namesOf(await holderOf(port)).slice(0, 2)).toEqual(["uv", "code"]);
        await expectOrphanOfEditor(run, port);
      });
    });
  });

  describeServer("uvicorn", (uvicorn) => {
    test("is uvicorn --reload and its server", async () => {
      const port = freePort();
      const command = [uvicorn, "asgi:app", "--port", String(port), "--reload"];
      await using run = stage(byEditor(...command), { cwd: PYTHON, ports: [port] });
      await listenerOf(run, port);
      await expectOrphanOfEditor(run, port);
    });
  });

  describeServer("gunicorn", (gunicorn) => {
    test("is gunicorn's master and its workers", async () => {
      const port = freePort();
      const command = [gunicorn, "--bind", `127.0.0.1:${port}`, "--workers", "2", "wsgi:app"];
      await using run = stage(byEditor(...command), { cwd: PYTHON, ports: [port] });
      await listenerOf(run, port);
      await expectOrphanOfEditor(run, port);
    });
  });

  describeServer("vite", (vite) => {
    test("is Vite, and what it has started itself", async () => {
      using work = copyOfProject("vite");
      const port = freePort();
      const command = [vite, "--port", String(port), "--strictPort", "--host", "127.0.0.1"];
      await using run = stage(byEditor(...command), { cwd: work.path, ports: [port] });
      await listenerOf(run, port);
      await expectOrphanOfEditor(run, port);
    });
  });

  describeServer("nodemon", (nodemon) => {
    test("is nodemon, which is no starter of its own, and a server that hears from it alone", async () => {
      const port = freePort();
      const [, file = "", ...words] = server(port);
      await using run = stage(byEditor(nodemon, "--watch", folder, file, ...words), { ports: [port] });
      await listenerOf(run, port);
      expect(await holderOf(port)).toMatchObject({ grade: "live", startedBy: { kind: "editor" } });
      await kill(run.pid);
      expect(await holderOf(port)).toMatchObject({ grade: "likely", startedBy: { kind: "gone" } });
      expect(await ask(["free", port, "--yes"])).toMatchObject({ exit: 0 });
      await run.expectNothingLeft();
    });
  });
});
