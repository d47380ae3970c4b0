import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { anybodyCanRun, Unprivileged } from "../guard/unprivileged.ts";
import { listenerOf, server, stage } from "../holders/scene.ts";
import { need, needThat } from "../need.ts";
import { describeServer } from "../servers/find-server.ts";
import { ask, isAlive } from "./freeing.ts";

const isRoot = process.getuid?.() === 0;
/** Where systemd's own hierarchy is mounted: a group of this name is what it makes for a service. */
const GROUPS = ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup"].find((path) => existsSync(`${path}/cgroup.procs`));

describeServer("docker-proxy", (proxy) => {
  test("is left alone: its container is to be stopped", async () => {
    const port = freePort();
    const words = `-proto tcp -host-ip 127.0.0.1 -host-port ${port} -container-ip 127.0.0.1 -container-port 9`;
    await using run = stage(["sh", "-c", 'exec "$0" "$@" 3>&1', proxy, ...words.split(" ")]);
    const pid = await listenerOf(run, port);
    const { exit, stdout } = await ask(["free", port, "--yes"]);
    expect(stdout).toStartWith(
      `✗ ${port} is not free\n  docker-proxy (pid ${pid}) on 127.0.0.1:${port}: it belongs to the container behind it; stop `,
    );
    expect(stdout).toContain("docker ps");
    expect(exit).toBe(1);
    expect(isAlive(pid)).toBe(true);
  });
});

if (needThat("root (to make a control group)", isRoot && GROUPS !== undefined)) {
  test("a service of systemd's is left alone, and how it is stopped is said", async () => {
    const port = freePort();
    await using run = stage(server(port));
    const pid = await listenerOf(run, port);
    const name = `portguard-test-${process.pid}.service`;
    const group = `${GROUPS}/system.slice/${name}`;
    mkdirSync(group, { recursive: true });
    try {
      writeFileSync(`${group}/cgroup.procs`, String(pid));
      const { exit, stdout } = await ask(["free", port, "--yes"]);
      expect(stdout).toBe(
        `✗ ${port} is not free\n  node (pid ${pid}) on 127.0.0.1:${port}: systemd keeps it running: ${name}; stop its service: \`systemctl stop ${name}\`\n`,
      );
      expect(exit).toBe(1);
      expect(isAlive(pid)).toBe(true);
    } finally {
      process.kill(pid, "SIGKILL");
      await until("the end of the group", () => {
        rmdirSync(group);
        return true;
      });
    }
  });
}

if (
  need("setpriv") &&
  needThat("root (to be two users)", isRoot) &&
  needThat("a node for all", anybodyCanRun("node", "-v"))
) {
  describe("another user's process", () => {
    const AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

    test("can't be seen without root, which is no answer", async () => {
      const port = freePort();
      await using run = stage(server(port));
      const pid = await listenerOf(run, port);
      using nobody = new Unprivileged();
      const { exitCode, stdout } = Bun.spawnSync([...AS_NOBODY, nobody.binary, "free", String(port), "--yes"], {
        cwd: "/",
        env: { PATH: process.env["PATH"] ?? "", HOME: nobody.folder, LC_ALL: "C.UTF-8" },
      });
      expect(stdout.toString()).toContain(`is not free\n  `);
      expect(exitCode).toBe(3);
      expect(isAlive(pid)).toBe(true);
    });

    test("is stopped by root, who has to say so", async () => {
      const port = freePort();
      await using run = stage(
        [...AS_NOBODY, "node", "-e", `require("net").createServer().listen(${port}, "127.0.0.1")`],
        { cwd: "/" },
      );
      const pid = await listenerOf(run, port);
      const refused = await ask(["free", port]);
      expect(refused.exit).toBe(2);
      expect(refused.stderr).toContain(`node (pid ${pid}) is user nobody's`);
      expect(await ask(["free", port, "--yes"])).toMatchObject({ exit: 0 });
      expect(isAlive(pid)).toBe(false);
    });
  });
}
