import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import type { ProcessHealth } from "../../src/core/network.ts";
import { nameContainer } from "../../src/os/linux/network/container-name.ts";
import { findMounts, parseControlGroups } from "../../src/os/linux/network/control-groups.ts";
import { parseFileLimit, readHealth } from "../../src/os/linux/network/health.ts";
import { parseUnitLimits, unitOf } from "../../src/os/linux/network/unit.ts";
import { SOON, until } from "../drive/until.ts";
import { need, needThat } from "../need.ts";

const started: Bun.Subprocess[] = [];
afterEach(async () => {
  // The debugger first: what it halts can't die while it is there.
  for (const child of started.splice(0).toReversed()) {
    child.kill("SIGKILL");
    await child.exited;
  }
});

function start(...argv: readonly string[]): Bun.Subprocess<"pipe", "pipe", "ignore"> {
  const child = Bun.spawn([...argv], { stdin: "pipe", stdout: "pipe", stderr: "ignore" });
  started.push(child);
  return child;
}

function healthOf(pid: number): ProcessHealth {
  const health = readHealth(pid);
  if (health.kind === "unseen") throw new Error(health.because);
  return health.value;
}

const stateBecomes = (pid: number, state: ProcessHealth["state"]) =>
  until(`${pid} being ${state}`, () => healthOf(pid).state === state);

describe("the state of a process", () => {
  test("stopped by SIGSTOP, and going on after SIGCONT", async () => {
    const { pid } = start("sleep", "60");
    await stateBecomes(pid, "sleeping");
    process.kill(pid, "SIGSTOP");
    await stateBecomes(pid, "stopped");
    process.kill(pid, "SIGCONT");
    await stateBecomes(pid, "sleeping");
  });

  test("dead and not collected", async () => {
    // The shell becomes a `sleep` that does not know of its child; a shell might still have collected it.
    const child = start("sh", "-c", "exec 3<&0; cat <&3 >/dev/null & echo $!; exec sleep 60 3<&-");
    const { value } = await child.stdout.getReader().read();
    await until("the sleep", () => readFileSync(`/proc/${child.pid}/comm`, "utf8") === "sleep\n");
    await child.stdin.end();
    await stateBecomes(Number(new TextDecoder().decode(value)), "zombie");
  });

  test("running, when it is busy", async () => {
    await stateBecomes(start("sh", "-c", "while :; do :; done").pid, "running");
  });

  test("gone", async () => {
    const child = start("true");
    await child.exited;
    expect(readHealth(child.pid)).toEqual({ kind: "unseen", because: `process ${child.pid} is gone or hidden` });
  });

  if (need("gdb")) {
    test("halted by a debugger, which is named", async () => {
      const { pid } = start("sleep", "60");
      await stateBecomes(pid, "sleeping");
      const debugger_ = start("gdb", "--quiet", "--nx", "-p", String(pid));
      await until("gdb halting it", () => healthOf(pid).state === "traced", SOON);
      expect(healthOf(pid).tracer).toBe(debugger_.pid);
    });
  }
});

describe("frozen by its control group", () => {
  const mounts = findMounts(readFileSync("/proc/self/mountinfo", "utf8"));
  const version2 = mounts.get("unified");
  const version1 = mounts.get("freezer");
  const isRoot = process.getuid?.() === 0;

  async function freeze(group: string, file: string, [on, off]: readonly [on: string, off: string]): Promise<void> {
    mkdirSync(group);
    const child = start("sleep", "60");
    try {
      writeFileSync(`${group}/cgroup.procs`, String(child.pid));
      expect(healthOf(child.pid).state).not.toBe("frozen");
      writeFileSync(`${group}/${file}`, on);
      await stateBecomes(child.pid, "frozen");
      writeFileSync(`${group}/${file}`, off);
      await stateBecomes(child.pid, "sleeping");
    } finally {
      writeFileSync(`${group}/${file}`, off);
      child.kill("SIGKILL");
      await child.exited;
      await until("the group being empty", () => readFileSync(`${group}/cgroup.procs`, "utf8") === "");
      rmdirSync(group);
    }
  }

  if (needThat("root", isRoot) && needThat("cgroup version 2", version2 !== undefined)) {
    test("of version 2", () => freeze(`${version2}/portguard-test-${process.pid}`, "cgroup.freeze", ["1", "0"]));
  }
  // Most machines have no version 1 any more: nothing is missing there.
  if (isRoot && version1 !== undefined) {
    test("of version 1", () =>
      freeze(`${version1}/portguard-test-${process.pid}`, "freezer.state", ["FROZEN", "THAWED"]));
  }
});

describe("open files", () => {
  test("are counted against the soft limit", async () => {
    const child = start("sh", "-c", "ulimit -S -n 25; exec 7</dev/null 8</dev/null; echo; exec sleep 60");
    await child.stdout.getReader().read();
    await until("sleep", () => readFileSync(`/proc/${child.pid}/comm`, "utf8") === "sleep\n");
    expect(healthOf(child.pid).files).toEqual({ open: 5, limit: 25 });
  });

  test("have no limit where it says so", () => {
    const head = "Limit                     Soft Limit           Hard Limit           Units     \n";
    expect(
      parseFileLimit(`${head}Max open files            1024                 524288               files     \n`),
    ).toBe(1024);
    expect(
      parseFileLimit(`${head}Max open files            unlimited            unlimited            files     \n`),
    ).toBe(undefined);
  });
});

const ID = "3f4e5d6c7b8a99887766554433221100ffeeddccbbaa99887766554433221100";

describe("control groups", () => {
  const container = (text: string) => nameContainer(parseControlGroups(text));

  const KINDS: readonly (readonly [title: string, text: string, runtime: string | undefined])[] = [
    ["docker, version 2", `0::/system.slice/docker-${ID}.scope\n`, "docker"],
    ["docker, cgroupfs driver", `0::/docker/${ID}\n`, "docker"],
    ["docker, rootless", `0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope\n`, "docker"],
    ["docker, version 1", `12:freezer:/docker/${ID}\n1:name=systemd:/docker/${ID}\n`, "docker"],
    ["docker with systemd inside", `0::/system.slice/docker-${ID}.scope/system.slice/nginx.service\n`, "docker"],
    ["ECS", `9:memory:/ecs/cluster/0123456789abcdef/${ID}\n`, "docker"],
    ["podman", `0::/machine.slice/libpod-${ID}.scope/container\n`, "podman"],
    ["podman, rootless", `0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope\n`, "podman"],
    ["podman, cgroupfs", `0::/libpod_parent/libpod-${ID}\n`, "podman"],
    ["podman's monitor, which is outside", `0::/machine.slice/libpod-conmon-${ID}.scope\n`, undefined],
    [
      "kubernetes, systemd driver",
      `0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0a1b2c3d_4e5f_6071_8293_a4b5c6d7e8f9.slice/cri-containerd-${ID}.scope\n`,
      "kubernetes",
    ],
    [
      "kubernetes, cgroupfs",
      `4:cpu,cpuacct:/kubepods/burstable/pod0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9/${ID}\n`,
      "kubernetes",
    ],
    ["kubernetes with docker", `0::/kubepods.slice/kubepods-pod0a1b.slice/docker-${ID}.scope\n`, "kubernetes"],
    ["kubernetes, CRI-O", `0::/kubepods.slice/kubepods-pod0a1b.slice/crio-${ID}.scope\n`, "kubernetes"],
    ["containerd", `0::/system.slice/nerdctl-${ID}.scope\n`, "containerd"],
    ["something that names its groups by id", `0::/payload/${ID}\n`, "other"],
    ["none: a service", "0::/system.slice/nginx.service\n", undefined],
    ["none: docker itself", "0::/system.slice/docker.service\n", undefined],
    ["none: a login", "0::/user.slice/user-1000.slice/session-3.scope\n", undefined],
    ["none: the root", "0::/\n", undefined],
  ];

  for (const [title, text, runtime] of KINDS) {
    test(`container: ${title}`, () => {
      expect(container(text)).toEqual(runtime === undefined ? undefined : ({ runtime, id: ID } as never));
    });
  }

  test("containers that go by a name", () => {
    expect(container("0::/lxc.payload.web1/system.slice/nginx.service\n")).toEqual({ runtime: "lxc", id: "web1" });
    expect(container("5:memory:/lxc/web1\n")).toEqual({ runtime: "lxc", id: "web1" });
    expect(container("0::/lxc.monitor.web1\n")).toBeUndefined();
    expect(container("0::/machine.slice/systemd-nspawn@web1.service/payload\n")).toEqual({
      runtime: "other",
      id: "web1",
    });
  });

  test("a unit is the innermost service", () => {
    expect(unitOf("/system.slice/nginx.service")).toEqual({ name: "nginx.service", manager: "system" });
    expect(unitOf("/system.slice/system-app.slice/app@1.service/workers")).toEqual({
      name: "app@1.service",
      manager: "system",
    });
    expect(unitOf("/user.slice/user-1000.slice/user@1000.service/app.slice/web.service")).toEqual({
      name: "web.service",
      manager: { uid: 1000 },
    });
  });

  test("a login and a desktop's program have no unit, though one stands above them", () => {
    expect(unitOf("/user.slice/user-1000.slice/session-3.scope")).toBeUndefined();
    expect(
      unitOf("/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-terminal-99.scope"),
    ).toBeUndefined();
    expect(unitOf("/")).toBeUndefined();
  });

  test("what a unit sets on the network is told, and what it leaves alone is not", () => {
    const text = [
      "IPAddressAllow=127.0.0.0/8 ::1/128",
      "IPAddressDeny=::/0 0.0.0.0/0",
      "IPIngressFilterPath=",
      "PrivateNetwork=no",
      "RestrictAddressFamilies=~",
      "SocketBindDeny=any",
      "ExecStart=/usr/sbin/nginx",
    ].join("\n");
    expect(parseUnitLimits(text)).toEqual([
      "IPAddressAllow=127.0.0.0/8 ::1/128",
      "IPAddressDeny=any",
      "SocketBindDeny=any",
    ]);
    expect(parseUnitLimits("IPAddressDeny=\nPrivateNetwork=yes\n")).toEqual(["PrivateNetwork=yes"]);
  });
});
