import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { $ } from "zx";

const COMMITTED = join(import.meta.dirname, "peers");
const FILES = ["package.json", "package-lock.json"];
const STAMP = ".made-of";

/** Where the peers from npm are, in the versions that are committed in `peers/`; the first run installs them. Throws without npm. */
export async function installPeers(): Promise<string> {
  const caches = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const folder = join(caches, "portguard-bench");
  const hash = createHash("sha256");
  for (const file of FILES) hash.update(await readFile(join(COMMITTED, file)));
  const stamp = hash.digest("hex");
  if ((await readFile(join(folder, STAMP), "utf8").catch(() => "")) === stamp) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const file of FILES) await copyFile(join(COMMITTED, file), join(folder, file));
  await $({ cwd: folder, quiet: true })`npm ci --no-audit --no-fund`;
  await writeFile(join(folder, STAMP), stamp);
  return folder;
}
