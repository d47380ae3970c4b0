import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../drive/free-port.ts";
import { listensOn } from "../drive/processes.ts";
import { until } from "../drive/until.ts";
import { holderOf, listenerOf, server, stage, who } from "../holders/scene.ts";
import { need } from "../need.ts";
import { describeServer } from "../servers/find-server.ts";
import { ask, isAlive } from "./freeing.ts";

const folder = mkdtempSync(join(tmpdir(), "portguard-supervisors-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [, SERVER = "", ...PLACES] = server("PORT");
const place = (port: number) => PLACES.map((word) => word.replace("PORT", String(port)));

describeServer("pm2", (pm2) => {
  /** PM2 with a home of its own; its daemon stays when the command is over, without a terminal. */
  const start = (name: string, ...words: readonly string[]) =>
    stage([pm2, "start", SERVER, "--name", name, ...words], { env: { PM2_HOME: join(folder, name) } });

  test("keeps its programs, and is what they are stopped through", async () => {
    const port = freePort();
    await using run = start("web", "--", ...place(port));
    const pid = await listenerOf(run, port);
    expect(await holderOf(port)).toMatchObject({ grade: "managed", startedBy: { kind: "manager" } });
    const { exit, stdout } = await ask(["free", port, "--yes"]);
    expect(stdout).toMatch(
      /PM2 .*God \(pid \d+\) keeps it running, and would start it again; stop the program .* through PM2/,
    );
    expect(exit).toBe(1);
    expect(isAlive(pid)).toBe(true);
  });

  test("has the port of a cluster itself, and is not stopped for one of its programs", async () => {
    const port = freePort();
    await using run = start("cluster", "-i", "1", "--", ...place(port));
    const god = await listenerOf(run, port);
    const holder = await holderOf(port);
    expect(holder).toMatchObject({ grade: "managed", process: { pid: god }, because: "a process manager itself" });
    const { exit, stdout } = await ask(["free", port, "--yes"]);
    expect(stdout).toContain(`PM2 v`);
    expect(exit).toBe(1);
    expect(isAlive(god)).toBe(true);
  });
});

describeServer("forever", (forever) => {
  test("is a daemon that starts its server again: it is stopped first", async () => {
    const port = freePort();
    const env = { HOME: folder, FOREVER_ROOT: join(folder, "forever") };
    await using run = stage([forever, "start", SERVER, ...place(port)], { env, ports: [port] });
    await listenerOf(run, port);
    expect(await holderOf(port)).toMatchObject({ grade: expect.stringMatching(/live|kept/) });
    const { exit, stdout } = await ask(["free", port, "--yes"]);
    expect(stdout).toStartWith(`✓ ${port} is free: node (pid `);
    expect(exit).toBe(0);
    await until("the end of all of it", () => run.processes().every(({ pid }) => !listensOn(pid, port)));
    await until("forever's own end", () => run.processes().length === 0);
  });
});

if (need("entr")) {
  test("entr -r is stopped with its server", async () => {
    const port = freePort();
    const watched = join(folder, "watched");
    writeFileSync(watched, "");
    const entr = `echo ${watched} | entr -nr ${server(port).join(" ")}`;
    await using run = stage(["sh", "-c", entr], { ports: [port] });
    await listenerOf(run, port);
    const { exit, stdout } = await ask(["free", port, "--yes"]);
    expect(stdout).toStartWith(`✓ ${port} is free: entr (pid `);
    expect(exit).toBe(0);
    await run.ended();
    await run.expectNothingLeft();
  });
}

describe("a shell's loop in a script", () => {
  const script = (name: string, ...lines: readonly string[]) => {
    const path = join(folder, name);
    writeFileSync(path, ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
    return path;
  };

  test("is named, and not fought", async () => {
    const port = freePort();
    const path = script("serve.sh", "# while it lasts", "while true; do", `  ${server(port).join(" ")}`, "done");
    await using run = stage([path]);
    const first = await listenerOf(run, port);
    const planned = await ask(["free", port, "--dry-run"]);
    expect(planned.stdout).toMatch(/^note {3}\S+ \(pid \d+\) has a loop, which may start it again: stop that$/m);
    await ask(["free", port, "--yes"]);
    await until("the next one", async () => {
      const [holder] = (await who(port)).holders;
      return holder?.process && holder.process.pid !== first;
    });
    expect(isAlive(run.pid)).toBe(true);
  });

  test("is none where the loop goes through its words, or is spoken of", async () => {
    const port = freePort();
    const words = ["while [ $# -gt 0 ]; do shift; done", "# while true; do", `${server(port).join(" ")}; :`];
    await using run = stage([script("wrapper.sh", ...words), "one"]);
    await listenerOf(run, port);
    expect((await ask(["free", port, "--dry-run"])).stdout).not.toContain("note");
  });
});
