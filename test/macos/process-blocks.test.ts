import { describe, expect, test } from "bun:test";
import { BLOCKS } from "../../src/os/macos/libproc.ts";
import {
  parseAncestry,
  parseFolder,
  parseFullFacts,
  parseShortFacts,
  parseSocketFds,
  parseSocketId,
} from "../../src/os/macos/process-blocks.ts";
import { readDump } from "./dump.ts";

// Written by a C program with the structures of xnu 11417, as far as they are not zero.
const FULL = `
  0000 0000000002000000000000006712
  0010 5c120000f501000014000000f501
  0030 612d6c6f6e672d70726f6772616d2d
  0040 612d6c6f6e672d70726f6772616d2d6e
  0050 616d65
  0060 0c0000005c12
  0070 0000000000000000803bb16a
  0080 90d003`;
const UNNAMED = FULL.replace(/ {2}00[45]0.*\n/g, "");
const SHORT = `
  0000 58000000010000005800000002
  0010 726170706f727464
  0020 104000004100000041`;
const ANCESTRY = `
  0000 abababababababababababababababab
  0010 eb11010000000000d41101
  0020 09`;
const FOLDERS = `
  0000 00000000000000004d
  0090 00000000000000002f55736572732f61
  00a0 6e6e2f617070`;
const FDS = `
  0000 00000000060000000300000002
  0010 04000000010000000700000002`;
const TCP_SOCKET = `
  00b0 010000000600000002
  0100 0200000000000000000000001f40
  0110 bd02
  0120 01
  0150 000000000000000001`;
const UDP_SOCKET = `
  00b0 020000001100000002
  0100 01000000000000000000000014e9
  0110 2103
  0120 01`;
const ICMP_SOCKET = `
  00b0 030000000100000002
  0100 01
  0110 2103`;
const UNIX_SOCKET = `
  00b0 010000000000000001
  0100 03`;

describe("what macOS tells of a process", () => {
  test("is everything of one of ours", () => {
    expect(parseFullFacts(readDump(FULL, BLOCKS.full.size))).toEqual({
      ppid: 4700,
      name: "a-long-program-name",
      uid: 501,
      startedAt: 1_790_000_000_250,
    });
  });

  test("is the short name where it has no long one", () => {
    expect(parseFullFacts(readDump(UNNAMED, BLOCKS.full.size)).name).toBe("a-long-program-");
  });

  test("is less of somebody else's", () => {
    const facts = parseShortFacts(readDump(SHORT, BLOCKS.short.size));
    expect(facts).toEqual({ ppid: 1, name: "rapportd", uid: 65 });
  });

  test("is its number and its starter's", () => {
    const ancestry = parseAncestry(4711, readDump(ANCESTRY, BLOCKS.ancestry.size));
    expect(ancestry).toEqual({ pid: 4711, id: 70_123, parentId: 70_100 });
  });

  test("is its working folder", () => {
    expect(parseFolder(readDump(FOLDERS, BLOCKS.folders.size))).toBe("/Users/ann/app");
  });
});

describe("the open files of a process", () => {
  test("are searched for sockets", () => {
    expect(parseSocketFds(readDump(FDS, 32))).toEqual([3, 7]);
  });

  test("have the same ids as the socket table", () => {
    expect(parseSocketId(readDump(TCP_SOCKET, 792))).toBe("tcp:701");
    expect(parseSocketId(readDump(UDP_SOCKET, 792))).toBe("udp:801");
  });

  test("have no id where they are no sockets of a port, though they count like UDP", () => {
    expect(parseSocketId(readDump(ICMP_SOCKET, 792))).toBeUndefined();
    expect(parseSocketId(readDump(UNIX_SOCKET, 792))).toBeUndefined();
  });
});
