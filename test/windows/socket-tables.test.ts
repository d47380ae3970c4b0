import { describe, expect, test } from "bun:test";
import { formatEndpoint } from "../../src/core/endpoint.ts";
import { parseSocketTable, TABLES } from "../../src/os/windows/socket-tables.ts";

/** Captured from GetExtendedTcpTable and GetExtendedUdpTable (wine 10), of a process 32 that connects to its own server. */
const TCP4 =
  "04000000" +
  "020000007f0000011fbf0000000000000000000020000000" +
  "010000000000000000000000000000000000000020000000" +
  "050000007f000001babc00007f0000011fbf000020000000" +
  "050000007f0000011fbf00007f000001babc000020000000";
const TCP6 =
  "02000000" +
  "0000000000000000000000000000000100001000" +
  "1fc00000000000000000000000000000000000000000000000000000" +
  "0200000020000000" +
  "0000000000000000000000000000000000000000" +
  "00000000000000000000000000000000000000000000000000000000" +
  "0100000020000000";
const UDP4 = "010000007f0000011fc1000020000000";
const UDP6 = "0100000000000000000000000000000000000001000010001fc2000020000000";

const parse = (hex: string, table: keyof typeof TABLES) => parseSocketTable(Buffer.from(hex, "hex"), TABLES[table]);
const summary = (hex: string, table: keyof typeof TABLES) =>
  parse(hex, table).map(({ at, state, pid }) => `${formatEndpoint(at)} ${state} ${pid}`);

describe("the socket tables of Windows", () => {
  test("tell a listener from connections, with the pid", () => {
    expect(summary(TCP4, "tcp4")).toEqual([
      "127.0.0.1:8127 listen 32",
      "0.0.0.0:0 bound 32",
      "127.0.0.1:47804 established 32",
      "127.0.0.1:8127 established 32",
    ]);
  });

  test("have IPv6 rows, in which what stands for the scope of ::1 is not one", () => {
    expect(summary(TCP6, "tcp6")).toEqual(["[::1]:8128 listen 32", "[::]:0 bound 32"]);
  });

  test("have UDP sockets of both families", () => {
    expect(summary(UDP4, "udp4")).toEqual(["127.0.0.1:8129/udp open 32"]);
    expect(summary(UDP6, "udp6")).toEqual(["[::1]:8130/udp open 32"]);
  });

  test("name the connections of one listener apart", () => {
    const ids = parse(TCP4, "tcp4").map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
  });

  test("leave the pid out of a TIME_WAIT row, where it is 0", () => {
    const [row] = parse("010000000b0000007f0000011f9000007f000001c350000000000000", "tcp4");
    expect(row).toEqual({
      at: { protocol: "tcp", address: { family: 4, text: "127.0.0.1", scopeId: 0 }, port: 8080, dual: false },
      state: "time-wait",
      id: "127.0.0.1:8080 127.0.0.1:50000 0",
    });
  });

  test("give a link-local address its interface", () => {
    const [row] = parse(
      "01000000fe800000000000000000000000000001070000001f90000000000000000000000000000000000000000000000000000002000000d2040000",
      "tcp6",
    );
    expect(row && formatEndpoint(row.at)).toBe("[fe80::1%7]:8080");
    expect(row?.pid).toBe(1234);
  });

  test("are read as far as their bytes reach", () => {
    expect(summary(`ff000000${TCP4.slice(8, 56)}`, "tcp4")).toEqual(["127.0.0.1:8127 listen 32"]);
    expect(parse("00000000", "tcp4")).toEqual([]);
  });
});
