import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "zx";
import type { Target } from "./targets.ts";

/**
 * The plain Bun executable of another system, downloaded once with `npm pack` and kept under node_modules/.cache.
 * It is the version that is installed here, and its archive must have the SHA-512 that package-lock.json has pinned:
 * `bun build --compile` would fetch the same one without looking.
 *
 * @returns an absolute path
 */
export async function fetchBaseExecutable(root: string, target: Target): Promise<string> {
  const { version, integrity } = await pinnedPackage(root, target.basePackage);
  const cache = join(root, "node_modules", ".cache", "portguard");
  const home = join(cache, `${target.bunTarget}-${version}`);
  const executable = join(home, "package", "bin", `bun${target.exeSuffix}`);
  if (existsSync(executable)) return executable;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, "incoming-"));
  try {
    await unpack(`${target.basePackage}@${version}`, integrity, work);
    await rm(home, { recursive: true, force: true });
    await rename(work, home);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return executable;
}

async function unpack(spec: string, integrity: string, folder: string): Promise<void> {
  const $in = $({ cwd: folder, quiet: true });
  const archive = join(folder, (await $in`npm pack ${spec}`).stdout.trim());
  const found = `sha512-${createHash("sha512")
    .update(await readFile(archive))
    .digest("base64")}`;
  if (found !== integrity) throw new Error(`${spec} has ${found}, but package-lock.json pins ${integrity}`);
  await $in`tar -xzf ${archive}`;
  await rm(archive);
}

async function pinnedPackage(root: string, name: string): Promise<{ version: string; integrity: string }> {
  const lock: { packages: Record<string, { version?: string; integrity?: string }> } = JSON.parse(
    await readFile(join(root, "package-lock.json"), "utf8"),
  );
  const { version, integrity } = lock.packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) throw new Error(`package-lock.json does not pin ${name}`);
  if (version !== Bun.version)
    throw new Error(`package-lock.json pins ${name} ${version}, but this is Bun ${Bun.version}`);
  return { version, integrity };
}
