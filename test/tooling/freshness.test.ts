import { beforeEach, afterEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findBun } from "../../scripts/bun-path.mjs";
import { areModulesFresh, hashInputs, isBinaryFresh, stampPath } from "../../scripts/freshness.mjs";

let root = "";

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "portguard-fresh-"));
  for (const name of ["build.ts", "targets.ts", "base-executable.ts"]) await put(`scripts/${name}`, "");
  for (const name of ["package.json", "package-lock.json"]) await put(name, "{}");
  await put("src/main.ts", "main");
  await put("src/core/port.ts", "port");
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

async function build(): Promise<void> {
  await put(process.platform === "win32" ? "dist/portguard.exe" : "dist/portguard", "binary");
  await writeFile(stampPath(root), hashInputs(root));
}

test("a binary is fresh until a source changes, comes, goes or is renamed", async () => {
  expect(isBinaryFresh(root)).toBe(false);
  await build();
  expect(isBinaryFresh(root)).toBe(true);
  await put("src/core/port.ts", "another port");
  expect(isBinaryFresh(root)).toBe(false);
  await build();
  await put("src/new.ts", "");
  expect(isBinaryFresh(root)).toBe(false);
  await build();
  await rm(join(root, "src/new.ts"));
  expect(isBinaryFresh(root)).toBe(false);
  await build();
  await rm(join(root, "src/core/port.ts"));
  await put("src/core/ports.ts", "another port");
  expect(isBinaryFresh(root)).toBe(false);
});

test("a checkout that only touches files makes nothing stale", async () => {
  await build();
  await utimes(join(root, "src/main.ts"), new Date(), new Date(Date.now() + 60_000));
  expect(isBinaryFresh(root)).toBe(true);
});

test("a stamp without its binary is stale", async () => {
  await build();
  await rm(join(root, "dist"), { recursive: true });
  expect(isBinaryFresh(root)).toBe(false);
});

const lockOf = (packages: object) => JSON.stringify({ packages: { "": { name: "x" }, ...packages } });

test("dependencies are fresh when each has the version and the bytes that the lock asks for", async () => {
  const zx = { version: "1.0.0", integrity: "sha512-a" };
  await put("package-lock.json", lockOf({ "node_modules/zx": zx, "node_modules/other-system": { optional: true } }));
  expect(areModulesFresh(root)).toBe(false);
  await put("node_modules/.package-lock.json", lockOf({ "node_modules/zx": zx }));
  expect(areModulesFresh(root)).toBe(true);
  await put("node_modules/.package-lock.json", lockOf({ "node_modules/zx": { ...zx, integrity: "sha512-b" } }));
  expect(areModulesFresh(root)).toBe(false);
  await put("node_modules/.package-lock.json", lockOf({}));
  expect(areModulesFresh(root)).toBe(false);
});

test("Bun is found where its install script has put it, and where that was not allowed to run", async () => {
  const executable = new Uint8Array(1_000_001);
  expect(findBun(root)).toBeUndefined();
  await put("node_modules/bun/bin/bun.exe", "echo the install script did not run");
  await put("node_modules/@oven/bun-linux-x64/bin/bun", executable);
  expect(findBun(root)).toBe(join(root, "node_modules/@oven/bun-linux-x64/bin/bun"));
  await put("node_modules/bun/bin/bun.exe", executable);
  expect(findBun(root)).toBe(join(root, "node_modules/bun/bin/bun.exe"));
});
