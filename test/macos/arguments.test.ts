import { expect, test } from "bun:test";
import { parseStart } from "../../src/os/macos/arguments.ts";

/** As KERN_PROCARGS2 answers it: argc, the path padded to a word's end, argv, the environment, the kernel's own strings. */
function procargs(count: number, ...strings: readonly string[]): Uint8Array {
  return Buffer.concat(
    [Int32Array.of(count), Buffer.from("/opt/bin/node\0\0\0"), Buffer.from(strings.join("\0") + "\0")].map((part) =>
      Buffer.from(part.buffer, part.byteOffset, part.byteLength),
    ),
  );
}

test("a process's command line ends where its environment begins", () => {
  const start = parseStart(
    procargs(3, "node", "server.js", "--name=ünter", "PATH=/bin", "PORT=8000", "", "ptr_munge="),
  );
  expect(start?.program).toBe("/opt/bin/node");
  expect(start?.command).toEqual(["node", "server.js", "--name=ünter"]);
  expect(start?.environment).toEqual(["PATH=/bin", "PORT=8000", "ptr_munge="]);
});

test("an empty argument is one", () => {
  expect(parseStart(procargs(3, "node", "", "-x", "A=1"))?.command).toEqual(["node", "", "-x"]);
});

test("a protected program has a command line and no environment", () => {
  expect(parseStart(procargs(1, "launchd"))).toMatchObject({ command: ["launchd"], environment: [] });
});

test("what is not a process's start is nothing", () => {
  expect(parseStart(new Uint8Array(0))).toBeUndefined();
  expect(parseStart(Buffer.from([1, 0, 0, 0, 0x2f, 0x62]))).toBeUndefined();
  expect(parseStart(new Uint8Array(8))).toEqual({ program: "", command: [], environment: [] });
});
