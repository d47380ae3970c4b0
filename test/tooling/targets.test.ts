import { expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostTarget, readTargets } from "../../scripts/targets.ts";

const ROOT = join(import.meta.dir, "..", "..");

test("the table of targets is package.json's", async () => {
  const targets = await readTargets(ROOT);
  expect(targets.map(({ name, bunTarget, basePackage }) => [name, bunTarget, basePackage].join(" "))).toEqual([
    "linux-x64 bun-linux-x64 @oven/bun-linux-x64",
    "linux-arm64 bun-linux-arm64 @oven/bun-linux-aarch64",
    "linux-x64-musl bun-linux-x64-musl @oven/bun-linux-x64-musl",
    "linux-arm64-musl bun-linux-arm64-musl @oven/bun-linux-aarch64-musl",
    "darwin-arm64 bun-darwin-arm64 @oven/bun-darwin-aarch64",
    "windows-x64 bun-windows-x64 @oven/bun-windows-x64",
    "windows-arm64 bun-windows-arm64 @oven/bun-windows-aarch64",
  ]);
});

test("every target's executable is pinned by its hash", async () => {
  const { packages } = await Bun.file(join(ROOT, "package-lock.json")).json();
  for (const { basePackage } of await readTargets(ROOT))
    expect(packages[`node_modules/${basePackage}`]).toMatchObject({
      version: Bun.version,
      integrity: expect.stringMatching(/^sha512-/),
    });
});

test("this machine's target is the one whose Bun runs this", async () => {
  const { name } = hostTarget(await readTargets(ROOT));
  expect(name).toStartWith(`${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`);
});

test("a system that Bun has no executable for is refused by name", async () => {
  const folder = await mkdtemp(join(tmpdir(), "portguard-targets-"));
  try {
    const napi = { targets: ["powerpc64le-unknown-linux-gnu"] };
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "x", version: "1.0.0", napi }));
    await expect(readTargets(folder)).rejects.toThrow("powerpc64le-unknown-linux-gnu");
  } finally {
    await rm(folder, { recursive: true });
  }
});
