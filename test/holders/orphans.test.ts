import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmdirSync, rmSync, symlinkSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, driveBare } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { holderOf, kill, listenerOf, program, server, stage, stageJob } from "./scene.ts";

const folder = mkdtempSync(join(tmpdir(), "portguard-orphans-"));
/** Node under the name of an editor. */
const CODE = join(folder, "code");
beforeAll(() => symlinkSync(Bun.which("node")!, CODE));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const editor = (stdio: string, ...command: readonly string[]) => [CODE, program("editor.mjs"), stdio, ...command];

/** The pids of `portguard list --orphans`. */
async function listOrphans(): Promise<readonly (number | undefined)[]> {
  await using run = driveBare([binary(), "list", "--orphans", "--json"]);
  await run.ended();
  const { listeners } = JSON.parse(run.stdout) as { listeners: readonly { process?: { pid: number } }[] };
  return listeners.map(({ process }) => process?.pid);
}

describe("a server that its editor talks to through pipes", () => {
  test("is live while the editor is", async () => {
    const port = freePort();
    await using run = stage(editor("pipe", ...server(port)));
    await listenerOf(run, port);
    const holder = await holderOf(port);
    expect(holder).toMatchObject({ grade: "live", startedBy: { kind: "editor", process: { pid: run.pid } } });
    expect(await listOrphans()).not.toContain(holder.process?.pid);
  });

  test("is an orphan for certain once the editor was killed", async () => {
    const port = freePort();
    await using run = stage(editor("pipe", ...server(port)));
    const pid = await listenerOf(run, port);
    await kill(run.pid);
    const holder = await holderOf(port);
    expect(holder).toMatchObject({ grade: "certain", startedBy: { kind: "gone" }, process: { pid } });
    expect(holder.evidence.map(({ what }) => what)).toEqual([
      expect.stringContaining(`the leader of its process group, ${run.pid}, is gone`),
      "nobody has the other end of its stdin, stdout and stderr any more",
      `the leader of its session, ${run.pid}, is gone`,
      "nobody is connected to it",
    ]);
    expect(await listOrphans()).toContain(pid);
  });

  test("is one through a wrapper, too, which is what its starter has left", async () => {
    const port = freePort();
    await using run = stage(editor("pipe", "sh", "-c", '"$@"; :', "sh", ...server(port)));
    await listenerOf(run, port);
    await kill(run.pid);
    const holder = await holderOf(port);
    expect(holder.chain?.[0]?.name).toBe("sh");
    expect(holder.grade).toBe("certain");
  });

  test("is only likely to be one while somebody is connected to it", async () => {
    const port = freePort();
    await using run = stage(editor("pipe", ...server(port)));
    await listenerOf(run, port);
    await kill(run.pid);
    const client = connect(port, "127.0.0.1");
    await once(client, "connect");
    const holder = await holderOf(port);
    expect(holder).toMatchObject({ grade: "likely", connections: 1 });
    expect(holder.because).toContain("somebody is connected to it");
    client.destroy();
  });

  test("is kept where PORTGUARD_KEEP is set", async () => {
    const port = freePort();
    await using run = stage(editor("pipe", ...server(port)), { env: { PORTGUARD_KEEP: "1" } });
    await listenerOf(run, port);
    await kill(run.pid);
    expect(await holderOf(port)).toMatchObject({ grade: "kept", evidence: [{ what: "PORTGUARD_KEEP is set" }] });
  });
});

describe("a server that was left, with nothing that shows that it is not wanted", () => {
  test("is likely an orphan: its wrapper was killed, and the shell lives", async () => {
    const port = freePort();
    await using run = stageJob(["sh", "-c", '"$@"; :', "sh", ...server(port)]);
    const pid = await listenerOf(run, port);
    const wrapper = run.processes().find(({ command }) => command.startsWith("sh -c"))!.pid;
    await kill(wrapper);
    expect(await holderOf(port)).toMatchObject({ grade: "likely", process: { pid } });
  });

  test("is likely an orphan: only its stdin is at its end, as of `echo | server`", async () => {
    const port = freePort();
    await using run = stage(["bash", "-c", 'true | "$@" > /dev/null 2>&1', "bash", ...server(port)]);
    await listenerOf(run, port);
    await kill(run.pid);
    expect(await holderOf(port)).toMatchObject({ grade: "likely" });
  });

  test("is an orphan for certain where its folder was deleted, too", async () => {
    const port = freePort();
    const work = mkdtempSync(join(folder, "work-"));
    // What a shell starts with & has an empty stdin, so that its pipes alone say nothing.
    await using run = stage(editor("pipe", "sh", "-c", '"$@" & wait', "sh", ...server(port)), { cwd: work });
    await listenerOf(run, port);
    await kill(run.pid);
    expect(await holderOf(port)).toMatchObject({ grade: "likely" });
    rmdirSync(work);
    expect(await holderOf(port)).toMatchObject({ grade: "certain" });
  });
});

describe("a server of a terminal", () => {
  test("is live while its shell is, and likely an orphan when it was disowned and the terminal is gone", async () => {
    const port = freePort();
    await using run = stage(["bash", "--norc", "-i"], { terminal: true });
    run.write(`${server(port).join(" ")} & disown\n`);
    const pid = await listenerOf(run, port);
    expect(await holderOf(port)).toMatchObject({
      grade: "live",
      startedBy: { kind: "terminal", process: { pid: run.pid } },
    });
    process.kill(run.pid, "SIGKILL");
    run.closeInput();
    await until("the end of the terminal", async () => (await holderOf(port)).grade !== "live");
    const holder = await holderOf(port);
    expect(holder).toMatchObject({ grade: "likely", process: { pid } });
    expect(holder.evidence.map(({ what }) => what).join("\n")).toMatch(/its terminal, pts\/\d+, is gone/);
  });

  test("is kept where nohup keeps it, and its program lets it", async () => {
    const [python, node] = [freePort(), freePort()];
    await using run = stage(["bash", "--norc", "-i"], { terminal: true });
    run.write(`nohup python3 -m http.server ${python} --bind 127.0.0.1 > /dev/null 2>&1 &\n`);
    run.write(`nohup ${server(node).join(" ")} > /dev/null 2>&1 &\n`);
    await listenerOf(run, python);
    await listenerOf(run, node);
    process.kill(run.pid, "SIGKILL");
    run.closeInput();
    await until("the end of the terminal", async () => (await holderOf(python)).grade !== "live");
    const holder = await holderOf(python);
    expect(holder).toMatchObject({ grade: "kept", evidence: [{ what: "it ignores SIGHUP (nohup)" }] });
    // Node heeds SIGHUP again, whatever it was started with.
    expect(await holderOf(node)).toMatchObject({ grade: "likely" });
  });
});

describe("a daemon is kept", () => {
  test("that setsid started", async () => {
    const port = freePort();
    await using run = stage(["sh", "-c", 'setsid "$@" < /dev/null > /dev/null 2>&1 &', "sh", ...server(port)]);
    const pid = await listenerOf(run, port);
    await run.ended();
    const holder = await holderOf(port);
    expect(holder).toMatchObject({ grade: "kept", process: { pid } });
    expect(holder.evidence.map(({ what }) => what)).toEqual([`pid ${pid} leads a session of its own (setsid)`]);
  });

  test("that Node started detached, though its starter was killed", async () => {
    const port = freePort();
    await using run = stage(editor("detached", ...server(port)));
    await listenerOf(run, port);
    expect(await holderOf(port)).toMatchObject({ grade: "live" });
    await kill(run.pid);
    expect(await holderOf(port)).toMatchObject({ grade: "kept" });
  });

  test("that forked twice", async () => {
    const port = freePort();
    const twice = 'setsid sh -c \'"$@" < /dev/null > /dev/null 2>&1 &\' sh "$@"';
    await using run = stage(["sh", "-c", twice, "sh", ...server(port)]);
    await listenerOf(run, port);
    await run.ended();
    const holder = await holderOf(port);
    expect(holder.grade).toBe("kept");
    expect(holder.evidence[0]?.what).toContain("as daemons do");
  });
});
