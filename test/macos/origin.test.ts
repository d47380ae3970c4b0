import { describe, expect, test } from "bun:test";
import { BLOCKS, FD_BLOCKS } from "../../src/os/macos/libproc.ts";
import { judgeParent } from "../../src/os/macos/origin/lineages.ts";
import {
  parseFdType,
  parseFolderLinks,
  parseGroup,
  parseIgnores,
  parsePipePeer,
  parseSocketPeer,
  parseTerminal,
  parseVnodePath,
} from "../../src/os/macos/process-blocks.ts";
import { readDump } from "./dump.ts";

const NULL_DEVICE = `
  00b0 2f6465762f6e756c6c`;
const PIPE = `
  00a0 112233445566778899aabbccddeeff00`;
const BROKEN_PIPE = `
  00a0 1122334455667788`;
const UNIX_STREAM = `
  00b0 010000000000000001
  0100 03000000000000001122334455667788`;
const LEFT_STREAM = `
  00b0 010000000000000001
  0100 03`;
const DATAGRAM = UNIX_STREAM.replace("00b0 01", "00b0 02");
const FDS = `
  0000 00000000060000000100000002
  0010 0400000001`;

describe("what a process of macOS was given", () => {
  test("is told by the type of each fd; one that is not in the list is closed", () => {
    const list = readDump(FDS, 24);
    expect([0, 1, 2, 4].map((fd) => parseFdType(list, fd))).toEqual([6, 2, undefined, 1]);
  });

  test("is a pipe with another end, or without", () => {
    expect(parsePipePeer(readDump(PIPE, FD_BLOCKS.pipe.size))).toBe("open");
    expect(parsePipePeer(readDump(BROKEN_PIPE, FD_BLOCKS.pipe.size))).toBe("closed");
  });

  test("is a pair of sockets, of which nothing is known where they are no stream", () => {
    expect(parseSocketPeer(readDump(UNIX_STREAM, FD_BLOCKS.socket.size))).toBe("open");
    expect(parseSocketPeer(readDump(LEFT_STREAM, FD_BLOCKS.socket.size))).toBe("closed");
    expect(parseSocketPeer(readDump(DATAGRAM, FD_BLOCKS.socket.size))).toBe("unknown");
  });

  test("is a file by its path", () => {
    expect(parseVnodePath(readDump(NULL_DEVICE, FD_BLOCKS.path.size))).toBe("/dev/null");
  });
});

describe("how a process of macOS lives", () => {
  test("has a process group, and a terminal or none", () => {
    const short = readDump(`\n  0000 580000000100000057`, BLOCKS.short.size);
    expect(parseGroup(short)).toBe(0x57);
    const full = new Uint8Array(BLOCKS.full.size);
    new DataView(full.buffer).setUint32(108, 0x1000_0003, true);
    expect(parseTerminal(full)).toBe(0x1000_0003);
    new DataView(full.buffer).setUint32(108, 0xffff_ffff, true);
    expect(parseTerminal(full)).toBeUndefined();
  });

  test("has a folder with links, until it is deleted", () => {
    const folders = new Uint8Array(BLOCKS.folders.size);
    expect(parseFolderLinks(folders)).toBe(0);
    new DataView(folders.buffer).setUint16(6, 2, true);
    expect(parseFolderLinks(folders)).toBe(2);
  });

  test("ignores a signal by its bit", () => {
    const record = new Uint8Array(648);
    new DataView(record.buffer).setUint32(232, 0b1, true);
    expect([1, 2, 15].map((signal) => parseIgnores(record, signal))).toEqual([true, false, false]);
    expect(parseIgnores(new Uint8Array(0), 1)).toBeUndefined();
  });
});

describe("a parent on macOS", () => {
  const launchd = { pid: 1, id: 1, parentId: 0 };
  const own = { pid: 20, id: 900, parentId: 800 };

  test.each([
    ["is the one that it has", 10, own, { pid: 10, id: 800, parentId: 1 }, { kind: "started", by: 10 }],
    ["is launchd, where launchd forked it", 1, { ...own, parentId: 1 }, launchd, { kind: "started", by: 1 }],
    [
      "is gone, where launchd has it and did not fork it",
      1,
      own,
      launchd,
      { kind: "adopted", by: 1, strength: "proven" },
    ],
    ["is not told, where numbers are kept from us", 1, undefined, launchd, { kind: "unseen" }],
    ["is none of the first process", 0, launchd, undefined, { kind: "first" }],
  ] as const)("%s", (_title, ppid, its, parent, parentage) => {
    expect(judgeParent(ppid, its, parent)).toMatchObject(parentage);
  });
});
