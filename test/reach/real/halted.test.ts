import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { freePort } from "../../drive/free-port.ts";
import type { Started } from "../../drive/started.ts";
import { until } from "../../drive/until.ts";
import { need, needThat } from "../../need.ts";
import { OwnNamespace } from "../../os/own-namespace.ts";
import { ContainerGroup, findFreezer } from "./control-group.ts";
import { enter, needOwnServers, programOf, startServer } from "./own-server.ts";
import { expectBlocked, expectHealthy, reach } from "./reach.ts";

const stateOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0];

async function stop({ pid }: Started): Promise<void> {
  process.kill(pid, "SIGSTOP");
  await until(`${pid} is stopped`, () => stateOf(pid) === "T");
}

/** Connects often enough for the queue to be full; the connections end with the namespace's own programs. */
async function fillQueue(within: OwnNamespace, port: number, count: number): Promise<void> {
  await within.start("python3", programOf("clients.py"), "127.0.0.1", `${port}`, `${count}`);
}

function groupTests(): void {
  describe("PROCESS_STOPPED", () => {
    test("is named where the server was stopped, and silent once it goes on", async () => {
      using within = new OwnNamespace();
      const port = freePort();
      const server = await startServer(within, "127.0.0.1", port);
      await stop(server);
      const reached = await reach([`${port}`], { within });
      expectBlocked(reached, "PROCESS_STOPPED", /state T \(stopped\)/);
      expect(reached.findings[0]?.remedies[0]?.commands).toEqual([["kill", "-CONT", `${server.pid}`]]);
      process.kill(server.pid, "SIGCONT");
      await until("it goes on", () => stateOf(server.pid) !== "T");
      expectHealthy(await reach([`${port}`], { within }));
    });

    test("is the root where its queue is full by now", async () => {
      using within = new OwnNamespace();
      const port = freePort();
      await stop(await startServer(within, "127.0.0.1", port, "backlog=1"));
      await fillQueue(within, port, 2);
      expectBlocked(
        await reach([`${port}`, "--timeout", "1500ms"], { within }),
        "PROCESS_STOPPED",
        /2 connections wait/,
      );
    });
  });

  describe("HELD_BY_DEBUGGER", () => {
    test("is named where a debugger has the server halted", async () => {
      using within = new OwnNamespace();
      const port = freePort();
      const server = await startServer(within, "127.0.0.1", port);
      const tracer = await within.start("python3", programOf("debugger.py"), `${server.pid}`);
      await until("it is halted", () => stateOf(server.pid) === "t");
      expectBlocked(await reach([`${port}`], { within }), "HELD_BY_DEBUGGER", new RegExp(`traced by ${tracer.pid}`));
    });

    test("is silent where strace watches a server that goes on", async () => {
      if (!needStrace) return;
      using within = new OwnNamespace();
      const port = freePort();
      await within.start(
        "strace",
        "-f",
        "-q",
        "-o",
        "/dev/null",
        "python3",
        programOf("server.py"),
        "127.0.0.1",
        `${port}`,
      );
      expectHealthy(await reach([`${port}`], { within }));
    });
  });

  describe("ACCEPT_STUCK", () => {
    test("is named where the server listens and never accepts", async () => {
      using within = new OwnNamespace();
      const port = freePort();
      await startServer(within, "127.0.0.1", port, "deaf");
      expectBlocked(await reach([`${port}`], { within }), "ACCEPT_STUCK", /none of them was accepted within \d{4} ms/);
    });

    test("is named where a Node server's one thread never comes back", async () => {
      if (!needNode) return;
      using within = new OwnNamespace();
      const port = freePort();
      await within.start("node", programOf("busy.mjs"), `${port}`);
      expectBlocked(await reach([`127.0.0.1:${port}`], { within }), "ACCEPT_STUCK", /1 connection waits/);
    });

    test("is silent where the server accepts and says nothing", async () => {
      using within = new OwnNamespace();
      const port = freePort();
      await startServer(within, "127.0.0.1", port);
      await fillQueue(within, port, 3);
      expectHealthy(await reach([`${port}`], { within }));
    });
  });

  describe("BACKLOG_FULL", () => {
    test("is named where the queue is full and the kernel drops new connections", async () => {
      using within = new OwnNamespace();
      const port = freePort();
      await startServer(within, "127.0.0.1", port, "deaf", "backlog=2");
      await fillQueue(within, port, 3);
      const reached = await reach([`${port}`, "--timeout", "1500ms"], { within });
      expectBlocked(reached, "BACKLOG_FULL", /queue overflowed .* \(ListenOverflows\)/);
      expect(reached.findings[0]?.title).toContain("lets 3 connections wait, and its queue holds 2");
    });
  });

  describe("FILES_EXHAUSTED", () => {
    test("is named where the server has no file left for another connection", async () => {
      using within = new OwnNamespace();
      const port = freePort();
      await startServer(within, "127.0.0.1", port, "files=24");
      const reached = await reach([`${port}`], { within });
      expectBlocked(reached, "FILES_EXHAUSTED", /may have 24/);
      expect(reached.findings[0]?.title).toContain("has 24 of 24 files open");
    });

    test("is silent where there is room for one more", async () => {
      using within = new OwnNamespace();
      const port = freePort();
      const server = await startServer(within, "127.0.0.1", port);
      within.run("prlimit", "--pid", `${server.pid}`, "--nofile=24:");
      expectHealthy(await reach([`${port}`], { within }));
    });
  });
}

function pauseTests(): void {
  test("is named where the container that has the port is paused, and silent once it goes on", async () => {
    using within = new OwnNamespace();
    using group = new ContainerGroup();
    const before = enter(within);
    const port = freePort();
    group.add((await startServer(within, "127.0.0.1", port)).pid);
    await group.freeze();
    const reached = await reach([`${port}`], { before });
    expectBlocked(reached, "CONTAINER_PAUSED", /control group of process \d+ is frozen/);
    expect(reached.findings[0]?.remedies[0]?.commands).toEqual([["docker", "unpause", group.id.slice(0, 12)]]);
    group.thaw();
    expectHealthy(await reach([`${port}`], { before }));
  });
}

const needStrace = need("strace");
const needNode = need("node");
if (needOwnServers()) {
  describe("behind a socket that is there:", groupTests);
  if (needThat("a control group that may be frozen", findFreezer() !== undefined)) {
    describe("CONTAINER_PAUSED", pauseTests);
  }
}
