import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** A file below this size is the note that stands in for the executable until the package's install script has run. */
const SMALLEST_EXECUTABLE = 1_000_000;

/**
 * Finds the Bun that `npm ci` brought, whether or not its install script was allowed to run; nothing where there is none.
 *
 * @param {string} root the project's folder
 * @returns {string | undefined} an absolute path
 */
export function findBun(root) {
  const modules = join(root, "node_modules");
  const candidates = [join(modules, "bun", "bin", "bun.exe"), ...platformPackages(join(modules, "@oven"))];
  return candidates.find(isExecutable);
}

/** @param {string} folder */
function platformPackages(folder) {
  const names = listed(folder).filter((name) => name.startsWith("bun-"));
  return names.flatMap((name) => ["bun", "bun.exe"].map((file) => join(folder, name, "bin", file)));
}

/** @param {string} folder */
function listed(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not installed yet
  }
}

/** @param {string} path */
function isExecutable(path) {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > SMALLEST_EXECUTABLE;
}
