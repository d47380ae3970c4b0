import { describe, expect, test } from "bun:test";
import { parseAddress } from "../../src/core/address.ts";
import { parsePidList } from "../../src/os/windows/job.ts";
import { parseProcessEntry } from "../../src/os/windows/process-list.ts";
import { encodeSockaddr, portOfSockaddr } from "../../src/os/windows/sockaddr.ts";

describe("what Windows' calls read and write", () => {
  test("a sockaddr_in: family, port in network order, address", () => {
    const bytes = encodeSockaddr(parseAddress("127.0.0.1")!, 8080);
    expect(Buffer.from(bytes).toString("hex")).toBe("02001f907f0000010000000000000000");
    expect(portOfSockaddr(bytes)).toBe(8080);
  });

  test("a sockaddr_in6: Windows' own number for the family, the scope last", () => {
    const bytes = encodeSockaddr(parseAddress("fe80::1%7")!, 8080);
    expect(Buffer.from(bytes).toString("hex")).toBe("17001f9000000000fe80000000000000000000000000000107000000");
    expect(portOfSockaddr(bytes)).toBe(8080);
  });

  test("a process entry: pid, parent, the name up to its NUL and without .exe", () => {
    const entry = Buffer.alloc(568);
    entry.writeUInt32LE(4711, 8);
    entry.writeUInt32LE(42, 32);
    entry.write("Node.EXE\0left over", 44, "utf16le");
    expect(parseProcessEntry(entry)).toEqual({ pid: 4711, ppid: 42, name: "Node" });
  });

  test("a job's pids: as many as follow, not as many as there are", () => {
    const list = Buffer.alloc(8 + 8 * 4);
    list.writeUInt32LE(3, 0);
    list.writeUInt32LE(2, 4);
    for (const [index, pid] of [100n, 200n, 999n].entries()) list.writeBigUInt64LE(pid, 8 + 8 * index);
    expect(parsePidList(list)).toEqual([100, 200]);
  });
});
