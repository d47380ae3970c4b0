import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockEntry */

/**
 * Whether node_modules holds what package-lock.json asks for. Contents are compared, not times: a checkout touches files.
 * Optional packages may be missing: they are mostly other systems' executables.
 *
 * @param {string} root the project's folder
 */
export function areModulesFresh(root) {
  const installed = readLock(join(root, "node_modules", ".package-lock.json"));
  if (!installed) return false;
  const wanted = readLock(join(root, "package-lock.json")) ?? {};
  return Object.entries(wanted).every(([path, entry]) => path === "" || isInstalled(entry, installed[path]));
}

/**
 * @param {LockEntry} wanted
 * @param {LockEntry | undefined} installed
 */
function isInstalled(wanted, installed) {
  if (!installed) return wanted.optional === true;
  return wanted.version === installed.version && wanted.integrity === installed.integrity;
}

/**
 * @param {string} path
 * @returns {Record<string, LockEntry> | undefined} by path below the project
 */
function readLock(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : undefined;
}

/**
 * Whether dist/portguard was built from what src/ holds now.
 *
 * @param {string} root the project's folder
 */
export function isBinaryFresh(root) {
  const binary = join(root, "dist", process.platform === "win32" ? "portguard.exe" : "portguard");
  return (
    existsSync(binary) && existsSync(stampPath(root)) && readFileSync(stampPath(root), "utf8") === hashInputs(root)
  );
}

/**
 * Where the build notes which inputs the executable was made of.
 *
 * @param {string} root the project's folder
 */
export function stampPath(root) {
  return join(root, "dist", ".stamp");
}

/**
 * One hash over everything that decides what the executable is: names and contents.
 *
 * @param {string} root the project's folder
 * @returns {string} SHA-256 in hexadecimal
 */
export function hashInputs(root) {
  const hash = createHash("sha256");
  for (const file of inputs(root))
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  return hash.digest("hex");
}

/** @param {string} root */
function inputs(root) {
  const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  const builders = ["build.ts", "targets.ts", "base-executable.ts"].map((name) => join("scripts", name));
  return [...sources, ...builders, "package.json", "package-lock.json"].toSorted();
}
