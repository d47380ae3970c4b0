import { describe, expect, test } from "bun:test";
import type { ProcessInfo } from "../../src/core/socket.ts";
import { judgeParent } from "../../src/os/windows/origin/lineages.ts";
import { judgeOwner } from "../../src/os/windows/origin/socket-owners.ts";
import { parseBindTimes, parseSocketTable, TIMED_TABLES } from "../../src/os/windows/socket-tables.ts";

/** A FILETIME: 100 ns since 1601. */
const filetime = (ms: number) => (BigInt(ms) + 11_644_473_600_000n) * 10_000n;
const BOUND = Date.UTC(2026, 10, 26, 12, 0, 0);

function timedRow(family: 4 | 6, { port, pid, boundAt }: { port: number; pid: number; boundAt: bigint }): Buffer {
  const {
    size,
    first,
    boundAt: at,
    pid: pidAt,
    state,
    localPort,
  } = family === 4 ? TIMED_TABLES.tcp4 : TIMED_TABLES.tcp6;
  const table = Buffer.alloc(first + size);
  table.writeUInt32LE(1, 0);
  table.writeUInt32LE(2, first + state);
  table.writeUInt16BE(port, first + localPort);
  table.writeUInt32LE(pid, first + pidAt);
  table.writeBigUInt64LE(boundAt, first + at);
  return table;
}

describe("the tables that say since when", () => {
  test.each([4, 6] as const)("of IPv%d have the same ids as those without", (family) => {
    const layout = family === 4 ? TIMED_TABLES.tcp4 : TIMED_TABLES.tcp6;
    const table = timedRow(family, { port: 8000, pid: 4711, boundAt: filetime(BOUND) });
    const [row] = parseSocketTable(table, layout);
    expect(row).toMatchObject({ at: { port: 8000 }, state: "listen", pid: 4711 });
    expect(parseBindTimes(table, layout)).toEqual(new Map([[row!.id, BOUND]]));
  });

  test("leave out a socket whose time is not told", () => {
    expect(parseBindTimes(timedRow(4, { port: 8000, pid: 4711, boundAt: 0n }), TIMED_TABLES.tcp4).size).toBe(0);
  });

  test("may have no row at all", () => {
    expect(parseSocketTable(Buffer.alloc(4), TIMED_TABLES.tcp6)).toEqual([]);
  });
});

describe("whose a row of the table is", () => {
  const judge = (pid: number | undefined, boundAt: number | undefined, startedAt: number | undefined) =>
    judgeOwner(
      { ...(pid !== undefined && { pid }) },
      { present: new Set([4711]), boundAt, startedAt: () => startedAt },
    );

  test.each([
    ["the process that it names", 4711, BOUND, BOUND - 5000, { kind: "processes", pids: [4711] }],
    ["that one, where no time is told", 4711, undefined, BOUND, { kind: "processes", pids: [4711] }],
    ["that one, where its start may not be seen", 4711, BOUND, undefined, { kind: "processes", pids: [4711] }],
    ["nobody's who lives: its owner has ended", 4712, BOUND, undefined, { kind: "dead", pid: 4712 }],
    [
      "not that of a process which is younger than the socket",
      4711,
      BOUND,
      BOUND + 60_000,
      { kind: "reused", pid: 4711 },
    ],
    ["a closing connection's", undefined, undefined, undefined, { kind: "nobody" }],
  ] as const)("is %s", (_title, pid, boundAt, startedAt, owner) => {
    expect(judge(pid, boundAt, startedAt)).toEqual(owner as never);
  });

  test("is Windows' own, of pid 4", () => {
    expect(judge(4, undefined, undefined)).toMatchObject({ kind: "system", name: expect.stringContaining("HTTP.sys") });
  });
});

describe("a parent on Windows", () => {
  const child: ProcessInfo = { pid: 20, ppid: 10, name: "server", command: [], startedAt: 2000 };
  const parent: ProcessInfo = { pid: 10, name: "cmd", command: [], startedAt: 1000 };

  test.each([
    ["is the one that it names, where that is older", parent, { kind: "started", by: 10 }],
    ["has ended, where nobody has its number", undefined, { kind: "adopted", strength: "proven" }],
    [
      "has ended, where its number is a younger one's",
      { ...parent, startedAt: 3000 },
      { kind: "adopted", strength: "proven" },
    ],
    ["is not told, where its start may not be seen", { pid: 10, name: "x", command: [] }, { kind: "unseen" }],
    [
      "is the service manager, whose start is kept from us",
      { pid: 10, name: "services", command: [] },
      { kind: "started", by: 10 },
    ],
  ] as const)("%s", (_title, its, parentage) => {
    expect(judgeParent(child, its)).toMatchObject(parentage);
  });

  test("is the kernel, which has none itself", () => {
    expect(judgeParent({ ...child, ppid: 4 }, undefined)).toEqual({ kind: "started", by: 4 });
    expect(judgeParent({ ...child, pid: 4, ppid: 0 }, undefined)).toEqual({ kind: "first" });
  });
});
