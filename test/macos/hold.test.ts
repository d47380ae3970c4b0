import { existsSync, openSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import { ANY4, ANY6, LOOPBACK4, LOOPBACK6, requireAddress } from "../../src/core/address.ts";
import { formatEndpoint } from "../../src/core/endpoint.ts";
import { listEndpoints } from "../../src/os/macos/hold.ts";
import { MacHold } from "../../src/os/macos/mac-hold.ts";
import { explainDenial, hasBit } from "../../src/os/macos/refusal.ts";

const OWN = [LOOPBACK4, LOOPBACK6, requireAddress("192.168.1.23"), requireAddress("fe80::1%4")];
const summary = (hosts: Parameters<typeof listEndpoints>[0]["hosts"]) =>
  listEndpoints({ protocol: "tcp", port: 8000, hosts }, OWN).map((at) => formatEndpoint(at) + (at.dual ? " dual" : ""));

test("a hold on macOS that gives way keeps the addresses that servers don't ask for, and lets go of the others", () => {
  const members = listEndpoints({ protocol: "tcp", port: 8000, hosts: "every" }, OWN).map((at) => ({
    at,
    fd: openSync("/dev/null", "r"),
    id: undefined,
  }));
  using hold = new MacHold("tcp", 8000, members);
  expect(hold.giveWay()).toBe(true);
  expect(hold.members.map(formatEndpoint)).toEqual(["192.168.1.23:8000", "[fe80::1%4]:8000"]);
  const isOpen = (fd: number) => existsSync(`/proc/self/fd/${fd}`);
  expect(members.filter(({ fd }) => isOpen(fd)).map(({ at }) => at)).toEqual([...hold.members]);
});

describe("a hold on macOS", () => {
  test("has every address by itself, 0.0.0.0 before a `::` for both families", () => {
    const every = [
      "0.0.0.0:8000",
      "[::]:8000 dual",
      "127.0.0.1:8000",
      "[::1]:8000",
      "192.168.1.23:8000",
      "[fe80::1%4]:8000",
    ];
    expect(summary("every")).toEqual(every);
    expect(summary([ANY6])).toEqual(every);
    expect(summary([LOOPBACK6, ANY6, ANY4]).toSorted()).toEqual(every.toSorted());
  });

  test("has the addresses of one family for its wildcard", () => {
    expect(summary([ANY4])).toEqual(["0.0.0.0:8000", "127.0.0.1:8000", "192.168.1.23:8000"]);
  });

  test("has no more than the addresses that were named", () => {
    expect(summary([LOOPBACK6, LOOPBACK4])).toEqual(["[::1]:8000", "127.0.0.1:8000"]);
  });
});

describe("a refusal on macOS", () => {
  test("of a low port is about the single address", () => {
    expect(explainDenial(80, "127.0.0.1")).toMatchObject({ because: "privileged" });
    expect(explainDenial(8000, "127.0.0.1")).toMatchObject({ because: "policy" });
  });

  test("of a port that the system keeps is a bit of its list", () => {
    const bitmap = new Uint8Array(8192);
    // 55555 in words of 64 bits: bit 3 of word 868.
    new DataView(bitmap.buffer).setBigUint64(868 * 8, 1n << 3n, true);
    expect([55_554, 55_555, 55_556].map((port) => hasBit(bitmap, port))).toEqual([false, true, false]);
    expect(hasBit(new Uint8Array(0), 55_555)).toBe(false);
  });
});
