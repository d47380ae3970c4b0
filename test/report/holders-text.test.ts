import { expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import type { Holder } from "../../src/core/reserve-event.ts";
import { renderHolders } from "../../src/report/holders-text.ts";

const NOON = new Date(2025, 2, 4, 12, 0).getTime();
const at = (address: string, dual = false): Holder["at"] => ({
  protocol: "tcp",
  address: requireAddress(address),
  port: 8000,
  dual,
});

test("a holder is told with all that is known of it", () => {
  const node = {
    pid: 4711,
    name: "node",
    command: ["node", "server.js"],
    user: "bob",
    startedAt: new Date(2025, 2, 4, 9, 3).getTime(),
    cwd: "/home/bob/app",
  };
  expect(renderHolders([{ at: at("127.0.0.1"), process: node }], NOON)).toEqual([
    "  127.0.0.1:8000 (IPv4) node (pid 4711, user bob, since 09:03, /home/bob/app): node server.js",
  ]);
});

test("one that started on another day is told with its date", () => {
  const startedAt = new Date(2025, 2, 3, 23, 59).getTime();
  expect(renderHolders([{ at: at("::1"), process: { pid: 1, name: "x", command: [], startedAt } }], NOON)).toEqual([
    "  [::1]:8000 (IPv6) x (pid 1, since 2025-03-03 23:59)",
  ]);
});

test("what the system withholds is left out", () => {
  expect(renderHolders([{ at: at("::", true), process: { pid: 1, command: [] } }], NOON)).toEqual([
    "  [::]:8000 (IPv6 and IPv4) a process (pid 1)",
  ]);
});

test("a holder that can't be seen is told as that", () => {
  expect(renderHolders([{ at: at("::1") }], NOON)).toEqual([
    "  [::1]:8000 (IPv6) held, by whom can't be seen (another user, a container or the system)",
  ]);
});

test("one process is told four times at most, and on how many more addresses it is", () => {
  const process = { pid: 1, name: "x", command: [] };
  const holders = [1, 2, 3, 4, 5, 6].map((last) => ({ at: at(`127.0.0.${last}`), process }));
  expect(renderHolders(holders.slice(0, 5), NOON).slice(4)).toEqual(["  and on 1 more address"]);
  expect(renderHolders(holders, NOON).slice(4)).toEqual(["  and on 2 more addresses"]);
});

test("a very long command line is clipped", () => {
  const [line] = renderHolders([{ at: at("::1"), process: { pid: 1, command: ["java", "x".repeat(9999)] } }], NOON);
  expect(line?.length).toBeLessThan(220);
  expect(line).toEndWith("…");
});
