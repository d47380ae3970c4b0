import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCommand, isFile } from "../../src/os/windows/find-command.ts";

const FILES = [
  "C:\\Windows\\System32\\cmd.exe",
  "C:\\nodejs\\node.exe",
  "C:\\nodejs\\npm",
  "C:\\nodejs\\npm.cmd",
  "C:\\tools\\node.exe",
  "D:\\app\\local.exe",
  "D:\\app\\server",
  "D:\\app\\serve.py",
  "D:\\app\\bin\\serve.exe",
];

function find(name: string, env: Record<string, string> = {}) {
  const facts = {
    env: { PATH: 'C:\\nodejs;;"C:\\tools";C:\\Windows\\System32', ...env },
    cwd: "D:\\app",
    // As Windows does, without regard to case.
    isFile: (path: string) => FILES.some((file) => file.toLowerCase() === path.toLowerCase()),
  };
  const found = findCommand(name, facts);
  return found.kind === "found" ? found.path.toLowerCase() : found.kind;
}

describe("finding a command on Windows", () => {
  test.each([
    ["node", "c:\\nodejs\\node.exe"],
    ["NODE.EXE", "c:\\nodejs\\node.exe"],
    ["npm", "c:\\nodejs\\npm.cmd"],
    ["local", "d:\\app\\local.exe"],
    ["bin\\serve", "d:\\app\\bin\\serve.exe"],
    ["./bin/serve.exe", "d:\\app\\bin\\serve.exe"],
    ["C:\\tools\\node", "c:\\tools\\node.exe"],
    ["nothing", "not-found"],
    ["bin\\nothing", "not-found"],
    ["server", "not-found"],
    [".\\server", "not-runnable"],
    ["serve.py", "not-runnable"],
    ["", "not-found"],
  ])("%j is %s", (name, path) => {
    expect(find(name)).toBe(path);
  });

  test("looks along PATH alone where the user said so", () => {
    expect(find("local", { NoDefaultCurrentDirectoryInExePath: "1" })).toBe("not-found");
  });

  test("takes a file that can't be followed, as the store's aliases can't, and nothing that is none", () => {
    const folder = mkdtempSync(join(tmpdir(), "portguard-aliases-"));
    try {
      writeFileSync(join(folder, "plain"), "");
      symlinkSync("alias", join(folder, "alias"));
      symlinkSync("nowhere", join(folder, "dangling"));
      const names = ["plain", "alias", "dangling", "nothing", "plain/below", "."];
      expect(names.map((name) => isFile(join(folder, name)))).toEqual([true, true, false, false, false, false]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("takes the endings of PATHEXT, and says what can't be started by itself", () => {
    expect(find("serve", { PATHEXT: ".PY;.EXE" })).toBe("not-runnable");
    expect(find("node", { PATHEXT: ".CMD" })).toBe("not-found");
  });
});
