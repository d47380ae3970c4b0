import { describe, expect, test } from "bun:test";
import { coversHost } from "../../src/reach/reading/no-proxy.ts";

describe("a NO_PROXY list covers", () => {
  test.each([
    ["localhost", "localhost"],
    ["localhost,127.0.0.1", "127.0.0.1"],
    ["*", "anything.example"],
    [".lan", "db.lan"],
    ["lan", "db.lan"],
    ["*.lan", "db.lan"],
    ["DB.lan.", "db.LAN"],
    ["a.example b.example", "b.example"],
    ["10.0.0.0/8", "10.1.2.3"],
    ["::1", "[::1]"],
    ["[::1]:8000", "[::1]"],
    ["fd00::/8", "[fd00::5]"],
    ["db.lan:8000", "db.lan"],
  ])("`%s`: %s", (list, host) => {
    expect(coversHost(list, host, 8000)).toBe(true);
  });
});

describe("a NO_PROXY list does not cover", () => {
  test.each([
    ["", "localhost"],
    ["localhost", "127.0.0.1"],
    ["127.0.0.1", "localhost"],
    ["an", "db.lan"],
    ["db.lan:9000", "db.lan"],
    ["10.0.0.0/8", "11.0.0.1"],
    ["0.0.1", "10.0.0.1"],
    [",, ", "localhost"],
  ])("`%s`: %s", (list, host) => {
    expect(coversHost(list, host, 8000)).toBe(false);
  });
});
