import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { chooseStyle } from "../../src/report/style.ts";
import { renderLine } from "../../src/report/write.ts";

const WRITE = join(import.meta.dir, "../../src/report/write.ts");
const plain = chooseStyle("never", false, {});

describe("a line", () => {
  test("has our name before it, and hints say that they are hints", () => {
    expect(renderLine({ tone: "bad", text: "port 8000 is held" }, plain)).toBe("portguard: port 8000 is held");
    expect(renderLine({ tone: "hint", text: "wait" }, plain)).toBe("portguard: hint: wait");
  });

  test("is one line, whatever the text has in it", () => {
    expect(renderLine({ tone: "plain", text: "a\nb\u001b[2J" }, plain)).toBe("portguard: a\\nb\\x1b[2J");
  });
});

/** Writes a megabyte to its stdout with our writer, and tells on stderr whether that worked. */
const WRITER = `import { writeFully } from ${JSON.stringify(WRITE)}; console.error(writeFully(1, "x".repeat(1_000_000)));`;

describe("a stream", () => {
  test("that is non-blocking and slow gets every byte", async () => {
    // Python makes the pipe non-blocking, as a Node program does that shares it, and starts reading when it is full.
    const script = `
import fcntl, os, select, subprocess, sys
r, w = os.pipe()
os.set_blocking(w, False)
child = subprocess.Popen(sys.argv[1:], stdout=w, stderr=subprocess.PIPE)
while select.select([], [w], [], 0)[1] and child.poll() is None: pass
os.close(w)
count = 0
while chunk := os.read(r, 4096): count += len(chunk)
print(count, child.stderr.read().decode().strip())
`;
    const run = Bun.spawn(["python3", "-c", script, process.execPath, "-e", WRITER], { stdout: "pipe" });
    expect(await new Response(run.stdout).text()).toBe("1000000 true\n");
  });

  test("that is read for longer than a full one is waited for gets every byte, too", async () => {
    // 16 pieces with a fifth of a second between them take 3 s; nothing is taken for at most 2.
    const script = `
import os, subprocess, sys, time
r, w = os.pipe()
os.set_blocking(w, False)
child = subprocess.Popen(sys.argv[1:], stdout=w, stderr=subprocess.PIPE)
os.close(w)
count = 0
while chunk := os.read(r, 65536):
    count += len(chunk)
    time.sleep(0.2)
print(count, child.stderr.read().decode().strip())
`;
    const run = Bun.spawn(["python3", "-c", script, process.execPath, "-e", WRITER], { stdout: "pipe" });
    expect(await new Response(run.stdout).text()).toBe("1000000 true\n");
  });

  test("that nobody reads any more is no failure", async () => {
    const run = Bun.spawn(["sh", "-c", '("$0" -e "$1"; echo "exit $?" >&2) | true', process.execPath, WRITER], {
      stderr: "pipe",
    });
    expect(await new Response(run.stderr).text()).toBe("false\nexit 0\n");
  });
});
