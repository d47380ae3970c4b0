import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { binary, driveBare } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { anybodyCanRun, Unprivileged } from "../guard/unprivileged.ts";
import { need, needThat } from "../need.ts";
import { needNamespaces, runIn } from "../os/world.ts";
import { describeServer } from "../servers/find-server.ts";
import { ask, gradeOfBare, holderOf, listenerOf, program, server, stage, type Told } from "./scene.ts";

const isRoot = process.getuid?.() === 0;
const ID = "0123456789abcdef".repeat(4);
const folder = mkdtempSync(join(tmpdir(), "portguard-homes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Where control groups are mounted: version 2, and systemd's own hierarchy where version 1 is there, too. */
function hierarchies(): string[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return lines.filter((line) => / - cgroup2 |,name=systemd/.test(line)).map((line) => line.split(" ")[4]!);
}

/** A control group, in each hierarchy, for what a test starts in it. Disposing waits for its end. */
class Group implements AsyncDisposable {
  /** Each with the topmost of the folders that had to be made for it. */
  readonly #places: readonly { readonly path: string; readonly top: string | undefined }[];

  constructor(path: string) {
    const paths = hierarchies().map((mount) => join(mount, path));
    this.#places = paths.map((each) => ({ path: each, top: mkdirSync(each, { recursive: true }) }));
  }

  /** The command, run in it from its first moment on: a socket belongs to the group that it was made in. */
  around(command: readonly string[]): string[] {
    const enter = this.#places.map(({ path }) => `echo $$ > ${path}/cgroup.procs`);
    return ["sh", "-c", [...enter, 'exec "$@"'].join("; "), "sh", ...command];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { path, top } of this.#places) {
      await until("an empty group", () => readFileSync(`${path}/cgroup.procs`, "utf8") === "");
      if (top !== undefined) removeUpTo(path, top);
    }
  }
}

function removeUpTo(path: string, top: string): void {
  for (let each = path; each.startsWith(top); each = dirname(each)) rmdirSync(each);
}

/** Answers as the engine does that publishes this port from its container. */
function fakeEngine(port: number): { readonly env: Record<string, string> } & Disposable {
  const path = join(folder, `engine-${port}.sock`);
  const containers = [
    { Id: "f".repeat(64), Names: ["/db"], Ports: [{ PublicPort: 5432, Type: "tcp" }] },
    { Id: ID, Names: ["/web"], Ports: [{ PrivatePort: 80, PublicPort: port, Type: "tcp" }] },
  ];
  const engine = Bun.serve({ unix: path, fetch: () => Response.json(containers) });
  // Whoever is let in may ask, as docker lets its group.
  chmodSync(folder, 0o755);
  chmodSync(path, 0o666);
  return { env: { DOCKER_HOST: `unix://${path}` }, [Symbol.dispose]: () => void engine.stop(true) };
}

if (needThat("root", isRoot) && needThat("control groups", hierarchies().length > 0)) {
  describe("a control group says whose a server is", () => {
    test("a service's, which is stopped through its manager", async () => {
      const port = freePort();
      const unit = `portguard-test-${port}.service`;
      await using group = new Group(`system.slice/${unit}`);
      await using run = stage(group.around(server(port)));
      await listenerOf(run, port);
      expect(await holderOf(port)).toMatchObject({
        grade: "managed",
        startedBy: { kind: "unit", unit: { name: unit, manager: "system" } },
        stop: { commands: [["systemctl", "stop", unit]] },
      });
    });

    test("not a service's where that only starts things for others: a server of cron is nobody's unit", async () => {
      const port = freePort();
      await using group = new Group(`system.slice/cron.service`);
      await using run = stage(group.around(server(port)));
      await listenerOf(run, port);
      const holder = await holderOf(port);
      const stop = { commands: [["portguard", "free", String(port)]] };
      expect(holder).toMatchObject({ grade: await gradeOfBare(), stop });
    });

    test("a container's, in a process namespace of its own, by the name that its engine has for it", async () => {
      const port = freePort();
      using engine = fakeEngine(port);
      await using group = new Group(`system.slice/docker-${ID}.scope`);
      await using run = stage(group.around(["unshare", "--pid", "--fork", "--mount-proc", ...server(port)]));
      await listenerOf(run, port);
      const bare = await holderOf(port);
      expect(bare).toMatchObject({ grade: "managed", stop: { commands: [["docker", "stop", ID.slice(0, 12)]] } });
      const { stdout } = await ask([port, "--json"], engine.env);
      expect((JSON.parse(stdout) as Told).holders).toMatchObject([
        { startedBy: { kind: "container", name: "web" }, stop: { commands: [["docker", "stop", "web"]] } },
      ]);
    });
  });

  if (needThat("a node that any user may run", anybodyCanRun("node", "--version")) && need("setpriv")) {
    describe("another user's process, without root", () => {
      const asNobody = async (port: number, env: Record<string, string> = {}) => {
        using user = new Unprivileged();
        const words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", user.binary, "who", String(port)];
        // Not in one call: the engine that is asked is this very process.
        const stdio = ["ignore", "pipe", "inherit"] as const;
        const run = Bun.spawn([...words, "--json"], { cwd: "/", env: { LC_ALL: "C", ...env }, stdio: [...stdio] });
        const told = (await run.stdout.json()) as Told;
        return { exit: await run.exited, told };
      };

      test("is known by the service that its socket was made in, and the process there", async () => {
        const port = freePort();
        const unit = `portguard-test-${port}.service`;
        await using group = new Group(`system.slice/${unit}`);
        await using run = stage(group.around(server(port)));
        const pid = await listenerOf(run, port);
        const { exit, told } = await asNobody(port);
        expect(exit).toBe(0);
        expect(told.holders).toMatchObject([
          { kind: "hidden", user: "root", grade: "managed", stop: { commands: [["systemctl", "stop", unit]] } },
        ]);
        expect(told.holders[0]?.among?.map((process) => process.pid)).toEqual([pid]);
      });

      test("is known by the container that publishes its port, where one may ask the engine", async () => {
        const port = freePort();
        using engine = fakeEngine(port);
        await using run = stage(server(port));
        await listenerOf(run, port);
        const { exit, told } = await asNobody(port, engine.env);
        expect(exit).toBe(0);
        expect(told.holders).toMatchObject([
          { kind: "hidden", grade: "managed", stop: { commands: [["docker", "stop", "web"]] } },
        ]);
      });

      test("can't be determined where its socket says nothing: exit 3", async () => {
        const port = freePort();
        await using run = stage(server(port));
        await listenerOf(run, port);
        const { exit, told } = await asNobody(port);
        expect({ exit, verdict: told.verdict }).toEqual({ exit: 3, verdict: "unknown" });
        expect(told.holders).toMatchObject([{ kind: "hidden", user: "root", grade: "unknown" }]);
        expect(told.holders[0]?.stop).toBeUndefined();
        using user = new Unprivileged();
        const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", user.binary];
        await using shown = driveBare([...nobody, "who", String(port)], { cwd: "/", env: { LC_ALL: "C.UTF-8" } });
        expect(await shown.ended()).toBe(3);
        expect(shown.stdout).toStartWith(`? ${port} is held by a process of root that can't be seen on `);
        expect(shown.stderr).toBe("portguard: hint: run it with `sudo` to see who that is\n");
      });
    });
  }
}

describeServer("docker-proxy", (path) => {
  test("stands for a container, which is to be stopped in its place", async () => {
    const port = freePort();
    using engine = fakeEngine(port);
    const ports = [
      "-host-ip",
      "127.0.0.1",
      "-host-port",
      `${port}`,
      "-container-ip",
      "127.0.0.1",
      "-container-port",
      "9",
    ];
    await using run = stage(["sh", "-c", 'exec "$@" 3> /dev/null', "sh", path, "-proto", "tcp", ...ports]);
    await listenerOf(run, port);
    const bare = await holderOf(port);
    expect(bare).toMatchObject({ grade: "managed", startedBy: { kind: "container", by: "docker-proxy" } });
    expect(bare.stop).toMatchObject({ what: expect.stringContaining("docker ps"), commands: [] });
    const { stdout } = await ask([port, "--json"], engine.env);
    expect((JSON.parse(stdout) as Told).holders[0]?.stop?.commands).toEqual([["docker", "stop", "web"]]);
  });
});

if (needNamespaces()) {
  test("a socket of the kernel itself is nobody's process", async () => {
    const setUp = ["ip link add tunnel type vxlan id 5 dstport 12345", "ip link set tunnel up"];
    const told = await runIn({ setUp }, [process.execPath, program("whose.ts"), "12345"]);
    expect(JSON.parse(told)).toEqual([{ kind: "system", name: "the kernel" }]);
  });

  describe("a process that is not even listed is hidden, and not taken for the kernel", () => {
    const elsewhere = async (argv: readonly string[], port: number) => {
      await using asked = driveBare([...argv, String(port), "--json"]);
      expect(await asked.ended()).toBe(3);
      return (JSON.parse(asked.stdout) as Told).holders;
    };

    test("outside of a container that has the machine's network", async () => {
      const port = freePort();
      await using run = stage(server(port));
      await listenerOf(run, port);
      const inside = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", binary(), "who"];
      expect(await elsewhere(inside, port)).toMatchObject([{ kind: "hidden", grade: "unknown", among: [] }]);
    });

    if (need("setpriv"))
      test.each([1, 2])("where /proc is mounted with hidepid=%d", async (hidepid) => {
        const port = freePort();
        using user = new Unprivileged();
        await using run = stage(server(port));
        await listenerOf(run, port);
        const mount = `mount -t proc -o hidepid=${hidepid} proc /proc && cd / && exec "$@"`;
        const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", user.binary, "who"];
        const asked = await elsewhere(["unshare", "--mount", "sh", "-c", mount, "sh", ...nobody], port);
        expect(asked).toMatchObject([{ kind: "hidden", user: "root", grade: "unknown" }]);
      });
  });
}
