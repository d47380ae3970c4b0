import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import type { Endpoint } from "../../src/core/endpoint.ts";
import type { ReserveEvent, StopReason } from "../../src/core/reserve-event.ts";
import { renderReserveEvent } from "../../src/report/reserve-text.ts";

const tcp = (address: string, port = 8000): Endpoint => ({
  protocol: "tcp",
  address: requireAddress(address),
  port,
  dual: false,
});

const ready = (bound: [at: Endpoint, pid: number][], startMs = 212.4): ReserveEvent => ({
  kind: "ready",
  generation: 1,
  pid: 4711,
  way: "takeover",
  program: "uvicorn",
  bound: bound.map(([at, pid]) => ({ at, pid })),
  startMs,
});

function told(event: ReserveEvent, hasCommand = true): string[] {
  return renderReserveEvent(event, { hasCommand, now: 0 }).map(({ tone, text }) =>
    tone === "hint" ? `hint: ${text}` : text,
  );
}

describe("generations", () => {
  const exit = { kind: "code", code: 3 } as const;

  test("are told with what becomes of the old one", () => {
    const restarting = { kind: "restarting", generation: 2, because: "asked", mayRefuse: false } as const;
    expect(told({ ...restarting, mode: "rolling" })).toEqual([
      "starting generation 2 (asked for): the old one serves until it is ready",
    ]);
    expect(told({ ...restarting, mode: "stop-first", mayRefuse: true })).toEqual([
      "starting generation 2 (asked for): the old one is stopped first, and clients may be refused meanwhile",
    ]);
    expect(told({ kind: "restart-failed", generation: 2, serving: 1, what: "it was late", hint: "wait" })).toEqual([
      "restart failed: it was late: generation 1 goes on serving",
      "hint: wait",
    ]);
    expect(told({ kind: "retired", generation: 1, exit })).toEqual([]);
  });

  test("that end by themselves are told with the pause, and given up on with their last lines", () => {
    expect(told({ kind: "crashed", generation: 2, exit, pauseMs: 1600 })).toEqual([
      "the command ended with 3: started again in 1s600ms",
    ]);
    const lastLines = ["no such table"];
    expect(told({ kind: "gave-up", generation: 5, exit, starts: 5, lastLines, hint: "run it" })).toEqual([
      "given up: 5 starts in a row ended without having served, the last one with 3",
      "  no such table",
      "hint: run it",
    ]);
  });

  test("that count as ready without being seen to serve are told so", () => {
    expect(told(ready([]))).toEqual(["generation 1 of uvicorn (pid 4711) counts as ready after 212 ms"]);
  });

  test("leave clients waiting: who waited in vain is counted", () => {
    expect(told({ kind: "queue-expired", at: tcp("::"), closed: 1 })).toEqual([
      "1 client of [::]:8000 waited in vain and got closed",
      "hint: `--queue-timeout` lets them wait longer",
    ]);
  });
});

describe("a start is told in one line", () => {
  test("with the way, the address, the pid and the time", () => {
    expect(told(ready([[tcp("0.0.0.0"), 4711]]))).toEqual([
      "8000 handed to uvicorn (pid 4711) by takeover: 0.0.0.0:8000, ready in 212 ms",
    ]);
  });

  test("that says when only this machine can reach it", () => {
    expect(told(ready([[tcp("127.0.0.1"), 1]]))).toEqual([
      "8000 handed to uvicorn (pid 1) by takeover: 127.0.0.1:8000 (bound 127.0.0.1 only: unreachable from other machines), ready in 212 ms",
    ]);
    expect(
      told(
        ready([
          [tcp("127.0.0.1"), 1],
          [tcp("::1"), 1],
        ]),
      ).join(),
    ).toContain("(bound 127.0.0.1 and ::1 only: unreachable");
    expect(
      told(
        ready([
          [tcp("127.0.0.1"), 1],
          [tcp("::"), 1],
        ]),
      ).join(),
    ).not.toContain("unreachable");
  });

  test("for all ports and workers together", () => {
    const bound = [4, 5, 6, 7].map((pid): [Endpoint, number] => [tcp("0.0.0.0"), pid]);
    expect(told(ready([...bound, [tcp("::", 8443), 4]], 12_345))).toEqual([
      "8000 and 8443 handed to uvicorn (pids 4, 5, 6 and 1 more) by takeover: 0.0.0.0:8000, [::]:8443, ready in 12.3 s",
    ]);
    expect(told(ready(bound.slice(0, 2))).join()).toContain("(pids 4, 5)");
  });
});

test("what is held is news only where nothing is started", () => {
  const ports = [
    { port: 8000, members: [tcp("127.0.0.1"), tcp("::1")] },
    { port: 53, name: "dns", members: [{ ...tcp("::", 53), protocol: "udp" as const }] },
  ];
  const event: ReserveEvent = { kind: "held", ports, sinceStartMs: 4.6 };
  expect(told(event)).toEqual([]);
  expect(told(event, false)).toEqual([
    "8000 held on 127.0.0.1:8000 and [::1]:8000 and dns=53 held on [::]:53/udp until Ctrl-C, held after 5 ms",
  ]);
});

test("a held port that is waited for is told with its holder", () => {
  const process = { pid: 7, name: "node", command: ["node", "x.js"] };
  const holders = [{ at: tcp("127.0.0.1"), process }];
  expect(told({ kind: "waiting", port: 8000, holders, forMs: 30_000 })).toEqual([
    "port 8000 is held by node (pid 7) on 127.0.0.1:8000; waiting up to 30s",
    "  127.0.0.1:8000 (IPv4) node (pid 7): node x.js",
  ]);
});

test("another port and another way are told with the reason", () => {
  expect(told({ kind: "moved", from: 8000, to: 8001, because: "held by node (pid 7)" })).toEqual([
    "took 8001 instead of 8000: held by node (pid 7)",
  ]);
  expect(told({ kind: "way-refused", way: "takeover", because: "the kernel is 5.4", instead: "inherit" })).toEqual([
    "no takeover: the kernel is 5.4; handing over by inherit",
  ]);
});

test("a warning keeps its hint", () => {
  const event: ReserveEvent = {
    kind: "warning",
    code: "WRONG_PORT",
    what: "bound 8001, not 8000",
    hint: "pass {port}",
  };
  expect(told(event)).toEqual(["warning: bound 8001, not 8000", "hint: pass {port}"]);
});

test("daemons that are left are named", () => {
  const processes = [
    { pid: 5, name: "redis-server" },
    { pid: 6, name: "sh" },
  ];
  expect(told({ kind: "left-running", processes: processes.slice(0, 1) })).toEqual([
    "left running, as the command started it as a daemon: redis-server (pid 5)",
    "hint: `--kill-all` ends daemons too",
  ]);
  expect(told({ kind: "left-running", processes })[0]).toEndWith(
    "them as daemons: redis-server (pid 5) and sh (pid 6)",
  );
  expect(told({ kind: "left-running", processes: [] })).toEqual([]);
});

test("an end that nobody asked for by a signal says why", () => {
  const reasons: StopReason[] = ["signal", "terminal-gone", "parent-gone", "stdin-closed", "time-is-up", "port-stolen"];
  const counts = reasons.map((because) => told({ kind: "stopping", because }).length);
  expect(counts).toEqual([0, 1, 1, 1, 1, 0]);
});

test("start and exit are left to the command and the shell", () => {
  expect(told({ kind: "started", generation: 1, pid: 1, command: ["x"], way: "takeover" })).toEqual([]);
  expect(told({ kind: "exit", exit: { kind: "code", code: 3 }, ports: [8000] })).toEqual([]);
});
