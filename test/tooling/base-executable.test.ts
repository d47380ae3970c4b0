import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fetchBaseExecutable } from "../../scripts/base-executable.ts";
import { readTargets } from "../../scripts/targets.ts";
import { need } from "../need.ts";

const PATH = process.env["PATH"] ?? "";
const [target] = (await readTargets(join(import.meta.dir, "..", ".."))).filter(({ name }) => name === "linux-arm64");
if (!target) throw new Error("linux-arm64 is not in the table");

let root = "";

/** A project whose `npm pack` hands out an archive that was made here, and notes each call. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "portguard-base-"));
  await mkdir(join(root, "package", "bin"), { recursive: true });
  await writeFile(join(root, "package", "bin", "bun"), "the executable of another system");
  await Bun.spawn(["tar", "-czf", "registry.tgz", "package"], { cwd: root }).exited;
  const npm = join(root, "bin", "npm");
  await mkdir(join(root, "bin"));
  await writeFile(npm, `#!/bin/sh\necho "$@" >>${root}/calls\ncp ${root}/registry.tgz bun.tgz\necho bun.tgz\n`);
  await chmod(npm, 0o755);
  process.env["PATH"] = join(root, "bin") + delimiter + PATH;
});

afterEach(async () => {
  process.env["PATH"] = PATH;
  await rm(root, { recursive: true });
});

async function pin(version: string, integrity: string): Promise<void> {
  const packages = { [`node_modules/${target?.basePackage}`]: { version, integrity } };
  await writeFile(join(root, "package-lock.json"), JSON.stringify({ packages }));
}

async function archiveHash(): Promise<string> {
  const bytes = await readFile(join(root, "registry.tgz"));
  return `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
}

if (need("tar", "sh"))
  describe("the Bun of another system", () => {
    test("an archive with the pinned hash is unpacked once and kept", async () => {
      await pin(Bun.version, await archiveHash());
      const first = await fetchBaseExecutable(root, target);
      expect(await readFile(first, "utf8")).toBe("the executable of another system");
      expect(await fetchBaseExecutable(root, target)).toBe(first);
      expect(await readFile(join(root, "calls"), "utf8")).toBe(`pack @oven/bun-linux-aarch64@${Bun.version}\n`);
    });

    test("an archive with any other hash is refused, and nothing of it is kept", async () => {
      await pin(Bun.version, `sha512-${createHash("sha512").update("another archive").digest("base64")}`);
      await expect(fetchBaseExecutable(root, target)).rejects.toThrow("package-lock.json pins");
      await pin(Bun.version, await archiveHash());
      await fetchBaseExecutable(root, target);
      expect((await readFile(join(root, "calls"), "utf8")).split("\n").length - 1).toBe(2);
    });

    test("a Bun of another version than the one that builds is refused before anything is fetched", async () => {
      await pin("1.0.0", await archiveHash());
      await expect(fetchBaseExecutable(root, target)).rejects.toThrow("1.0.0");
      expect(await Bun.file(join(root, "calls")).exists()).toBe(false);
    });
  });
