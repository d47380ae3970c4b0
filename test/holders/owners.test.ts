import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, drive } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { need, needThat } from "../need.ts";
import { leaveTimeWait } from "../reserve/time-wait.ts";
import { ask, gradeOfBare, holderOf, listenerOf, program, server, stage, who } from "./scene.ts";

const folder = mkdtempSync(join(tmpdir(), "portguard-owners-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("who has a port", () => {
  test("is a plain process, with its command, its folder and its work tree", async () => {
    const port = freePort();
    const work = join(folder, "shop", "src");
    mkdirSync(join(folder, "shop", ".git"), { recursive: true });
    mkdirSync(work);
    writeFileSync(join(folder, "shop", ".git", "HEAD"), "ref: refs/heads/fix/cart\n");
    await using run = stage(server(port), { cwd: work });
    const pid = await listenerOf(run, port);
    const { exit, stdout } = await ask([port], { LC_ALL: "C.UTF-8" });
    expect(exit).toBe(0);
    const lines = stdout.split("\n");
    expect(lines[0]).toStartWith(`✓ ${port} is held by node (pid ${pid}) on 127.0.0.1:${port}: `);
    expect(lines).toContain(`  command:  ${server(port).join(" ")}`);
    expect(lines).toContain(`  git:      ${join(folder, "shop")} (fix/cart)`);
    expect(lines).toContain(`  stop:     stop it: \`portguard free ${port}\``);
    expect(stdout).toContain(`in ${work}\n`);
    expect(await holderOf(port)).toMatchObject({ workTree: { root: join(folder, "shop"), branch: "fix/cart" } });
  });

  test("is nobody: exit 1", async () => {
    const port = freePort();
    expect(await ask([port], { LC_ALL: "C" })).toMatchObject({
      exit: 1,
      stdout: `x nobody holds ${port}\n`,
      stderr: "",
    });
    expect(await who(port)).toEqual({ schema: 1, ok: false, verdict: "free", holders: [], notes: [] } as never);
  });

  test("is nobody but connections that are closing", async () => {
    const port = freePort();
    leaveTimeWait(port);
    const told = await who(port);
    expect(told).toMatchObject({ verdict: "free", holders: [] });
    expect(told.notes).toEqual(["connections that are closing (TIME_WAIT) still keep it, a minute at most"]);
  });

  if (need("unshare") && needThat("root (to make a network namespace)", process.getuid?.() === 0)) {
    test("is nobody, where the kernel only keeps it out of its own choice", async () => {
      const [port, setting] = [8123, "/proc/sys/net/ipv4/ip_local_reserved_ports"];
      const inside = `echo 7000,8120-8130 >${setting} && exec ${binary()} who ${port}`;
      await using run = stage(["unshare", "--net", "sh", "-c", inside]);
      expect(await run.ended()).toBe(1);
      expect(run.stdout).toContain(
        `the kernel gives ${port} to nobody by its own choice (net.ipv4.ip_local_reserved_ports): a program that asks for it`,
      );
    });
  }

  test("is two strangers, one in each family", async () => {
    const port = freePort();
    await using four = stage(server(`127.0.0.1:${port}`));
    await using six = stage(["python3", "-m", "http.server", String(port), "--bind", "::1"]);
    const pids = [await listenerOf(four, port), await listenerOf(six, port)];
    const { holders } = await who(port);
    expect(new Set(holders.map(({ process }) => process?.pid))).toEqual(new Set(pids));
    expect(new Set(holders.map(({ sockets }) => sockets[0]?.address))).toEqual(new Set(["127.0.0.1", "::1"]));
  });

  test("is a master with the workers that it has forked, and not each of them", async () => {
    const port = freePort();
    await using run = stage(["python3", program("prefork.py"), String(port), "3"]);
    await until("the workers", () => run.stdout.split("\n").length > 3);
    const workers = run.stdout.trim().split("\n").map(Number);
    const holder = await holderOf(port);
    expect(holder.process?.pid).toBe(run.pid);
    expect(new Set(holder.workers?.map(({ pid }) => pid))).toEqual(new Set(workers));
  });

  // The master waits as servers do and is found first, in a crowd that is not looked through for the others.
  test.each([
    ["one of its first files", 0],
    ["behind a hundred others", 100],
  ])("is a master with the workers that it has handed its socket to, %s, under other numbers", async (_, files) => {
    const port = freePort();
    await using run = stage(["python3", program("hand-down.py"), ...[port, files, 3, 60].map(String)]);
    await until("the workers", () => run.stdout.split("\n").length > 3);
    const holder = await holderOf(port);
    expect(holder.process?.pid).toBe(run.pid);
    const workers = run.stdout.trim().split("\n").map(Number);
    expect(new Set(holder.workers?.map(({ pid }) => pid))).toEqual(new Set(workers));
  });

  test("is each of those that share it by SO_REUSEPORT", async () => {
    const port = freePort();
    await using run = stage(["python3", program("prefork.py"), String(port), "2", "reuseport"]);
    await until("the workers", () => run.stdout.split("\n").length > 2);
    const { holders } = await who(port);
    const workers = run.stdout.trim().split("\n").map(Number);
    expect(new Set(holders.map(({ process }) => process?.pid))).toEqual(new Set(workers));
  });

  test("is a process with a UDP socket", async () => {
    const port = freePort();
    await using run = stage(server(`udp:${port}`));
    await until("it", () => run.stdout.startsWith("up"));
    expect(await holderOf(port)).toMatchObject({ process: { pid: run.pid }, sockets: [{ port, protocol: "udp" }] });
    expect(await who(`${port}/tcp`)).toMatchObject({ verdict: "free" });
    expect(await who(port, "--udp")).toMatchObject({ verdict: "held" });
  });

  test("is portguard's reservation, by its name, and the server that has the port from it", async () => {
    const port = freePort();
    const state = join(folder, "state");
    const env = { XDG_STATE_HOME: state };
    await using run = drive({
      args: ["reserve", String(port), "--name", "api", "--", ...server(port)],
      env,
      ports: [port],
    });
    await run.event("ready");
    const { stdout } = await ask(["api", "--json"], env);
    const { holders } = JSON.parse(stdout) as Awaited<ReturnType<typeof who>>;
    const served = holders.find(({ process }) => process?.name === "node");
    expect(served).toMatchObject({
      grade: "managed",
      startedBy: { kind: "reservation", process: { pid: run.pid }, name: "api" },
    });
    for (const holder of holders) expect(holder.grade).toBe("managed");
    expect((await ask([port], { ...env, LC_ALL: "C.UTF-8" })).stdout).toContain("which reserves it as api");
    await run.stop();
  });
});

describe("a wrapper stands in the chain, and is asked about by its number", () => {
  test("npm", async () => {
    const port = freePort();
    const work = join(folder, "npm");
    mkdirSync(work);
    writeFileSync(join(work, "package.json"), JSON.stringify({ scripts: { dev: server(port).join(" ") } }));
    await using run = stage(["npm", "run", "dev"], { cwd: work });
    const pid = await listenerOf(run, port);
    const holder = await holderOf(port);
    expect(holder).toMatchObject({ grade: await gradeOfBare(), process: { pid } });
    expect(holder.chain?.map(({ pid: each }) => each)).toContain(run.pid);
    expect((await who("--pid", run.pid)).holders.map(({ process }) => process?.pid)).toEqual([pid]);
  });

  test("a shell", async () => {
    const port = freePort();
    await using run = stage(["sh", "-c", '"$@"; :', "sh", ...server(port)]);
    await listenerOf(run, port);
    expect((await holderOf(port)).chain?.[0]).toMatchObject({ name: "sh", pid: run.pid });
  });

  if (need("tmux")) {
    test("tmux, whose session is who started it", async () => {
      const port = freePort();
      const socket = join(folder, "tmux");
      await using run = stage(["tmux", "-S", socket, "-f", "/dev/null", "new-session", "-d", ...server(port)]);
      const pid = await until("the server", async () => (await who(port)).holders[0]?.process?.pid);
      const holder = await holderOf(port);
      expect(holder).toMatchObject({ grade: "live", startedBy: { kind: "session" } });
      process.kill(holder.startedBy!.process!.pid, "SIGKILL");
      process.kill(pid, "SIGKILL");
      await run.ended();
    });
  }
});
