import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { need } from "../need.ts";
import { holderOf, kill, listenerOf, program, server, stage, stageJob, type ToldHolder } from "./scene.ts";

// What looks much like a server that a dead editor has left, and may be wanted: never an orphan for certain.

const folder = mkdtempSync(join(tmpdir(), "portguard-wanted-"));
symlinkSync(Bun.which("node")!, join(folder, "code"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const agent = (...command: readonly string[]) => ["node", program("agent.mjs"), ...command];
const inBackground = (shell: string, port: number) => [shell, "-c", `${server(port).join(" ")} &`];

/** The server, once whoever started it is gone, and the pipes to it, or some of them, are broken. */
async function leftOf(run: Run, port: number, ends = ["stdin", "stdout"]): Promise<ToldHolder> {
  await listenerOf(run, port);
  return until("the end of its starter", async () => {
    const holder = await holderOf(port);
    const told = holder.evidence.map(({ what }) => what).join("\n");
    return holder.startedBy?.kind === "gone" && ends.every((end) => told.includes(end)) ? holder : undefined;
  });
}

describe("what a command of an agent has left running, whose pipes end with the command", () => {
  // Other shells give what they start with `&` an empty stdin.
  for (const shell of ["zsh", "fish"]) {
    if (!need(shell)) continue;
    test(`by ${shell}'s &, while the agent is there`, async () => {
      const port = freePort();
      await using run = stage(agent(...inBackground(shell, port)));
      const holder = await leftOf(run, port);
      expect(holder.because).toEndWith(`but whoever made its pipes is there: pid ${run.pid}`);
      expect(holder.grade).toBe("likely");
    });
  }

  if (need("python3")) {
    test("by a script, though the agent has ended since", async () => {
      const port = freePort();
      await using run = stage(agent("python3", program("job.py"), ...server(port)));
      await leftOf(run, port);
      await kill(run.pid);
      const holder = await holderOf(port);
      expect(holder.because).toEndWith(
        "but its pipes were made for another program, which may have left it on purpose",
      );
      expect(holder.grade).toBe("likely");
    });
  }

  test("is known by its environment, where nothing else tells", async () => {
    const port = freePort();
    const editor = [join(folder, "code"), program("editor.mjs"), "pipe", ...server(port)];
    await using run = stage(editor, { env: { CLAUDECODE: "1" } });
    await listenerOf(run, port);
    await kill(run.pid);
    const holder = await holderOf(port);
    expect(holder.because).toEndWith("but a command of an agent's may have left it on purpose (CLAUDECODE is set)");
  });
});

if (need("python3")) {
  describe("what has three pipes proper", () => {
    const throughPipes = (...command: readonly string[]) => ["python3", program("job.py"), "--pipes", ...command];

    test("is an orphan for certain where a client made them for it, as a job of a shell's", async () => {
      const port = freePort();
      await using run = stageJob(throughPipes(...server(port)));
      const pid = await listenerOf(run, port);
      const isClient = ({ command }: { command: string }) => /^\S*python\S* \S+ --pipes/.test(command);
      await kill(run.processes().find(isClient)!.pid);
      expect(await holderOf(port)).toMatchObject({ grade: "certain", process: { pid } });
    });

    test("is not where sshd made them, or a runner of jobs, for a script that is over", async () => {
      const port = freePort();
      await using run = stage(throughPipes("setsid", "python3", program("job.py"), ...server(port)));
      await listenerOf(run, port);
      await kill(run.pid);
      const holder = await leftOf(run, port);
      expect(holder.because).toMatch(
        /but (?:a command that was run through pipes|its pipes were made for another program)/,
      );
      expect(holder.grade).toBe("likely");
    });
  });
}

test("a server between two programs of a pipeline, both of which have ended, with the script", async () => {
  const port = freePort();
  const log = join(folder, "pipeline.log");
  const pipeline = `echo setting | ${server(port).join(" ")} 2>&1 | sleep 600 > ${log}`;
  await using run = stage(["bash", "-c", `(${pipeline}) & wait`]);
  await listenerOf(run, port);
  for (const { pid, command } of run.processes()) if (!command.startsWith("node")) process.kill(pid, "SIGKILL");
  const holder = await leftOf(run, port);
  expect(holder.because).toEndWith("but it may be what is left of a shell's pipeline");
  expect(holder.grade).toBe("likely");
});

describe("a server whose folder was deleted", () => {
  const deploy = (name: string) => {
    const work = join(folder, name);
    mkdirSync(work);
    return work;
  };

  test("is what an installer has started as a daemon, in a terminal that is there", async () => {
    const port = freePort();
    const work = deploy("installer");
    await using run = stage(["bash", "--norc", "-i"], { terminal: true });
    run.write(`(cd ${work} && sh -c '${server(port).join(" ")} < /dev/null > /dev/null 2>&1 &')\n`);
    await listenerOf(run, port);
    rmdirSync(work);
    const holder = await leftOf(run, port, ["folder"]);
    expect(holder.because).toEndWith("but nothing that it was given ends with its starter");
    expect(holder.grade).toBe("likely");
  });

  test("is there again where another folder has its place, as after a build", async () => {
    const port = freePort();
    const work = deploy("dist");
    await using run = stageJob([join(folder, "code"), program("editor.mjs"), "ignore", ...server(port)], { cwd: work });
    await listenerOf(run, port);
    rmdirSync(work);
    await kill(run.processes().find(({ command }) => command.startsWith(folder))!.pid);
    expect((await holderOf(port)).evidence.map(({ what }) => what)).toContain("its working folder was deleted");
    mkdirSync(work);
    const holder = await holderOf(port);
    expect(holder.evidence.map(({ what }) => what)).not.toContain("its working folder was deleted");
    expect(holder.grade).toBe("likely");
  });

  test("is not deleted where it is only called so", async () => {
    const port = freePort();
    const work = deploy("shop (deleted)");
    await using run = stageJob([join(folder, "code"), program("editor.mjs"), "ignore", ...server(port)], { cwd: work });
    await listenerOf(run, port);
    await kill(run.processes().find(({ command }) => command.startsWith(folder))!.pid);
    const holder = await holderOf(port);
    expect(holder.evidence.map(({ what }) => what)).not.toContain("its working folder was deleted");
    expect(holder.grade).toBe("likely");
  });
});

test("a server that a Jenkins job leaves on purpose is kept", async () => {
  const port = freePort();
  const editor = [join(folder, "code"), program("editor.mjs"), "pipe", ...server(port)];
  await using run = stage(editor, { env: { JENKINS_NODE_COOKIE: "dontKillMe" } });
  await listenerOf(run, port);
  await kill(run.pid);
  const evidence = [{ what: "JENKINS_NODE_COOKIE is dontKillMe" }];
  expect(await holderOf(port)).toMatchObject({ grade: "kept", evidence });
});
