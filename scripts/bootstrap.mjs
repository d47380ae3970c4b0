// Makes a fresh clone ready with Node and npm alone: installs the dependencies and builds dist/portguard where either is
// missing or out of date. Runs before `npm start` and `npm test`, so it must cost nothing when there is nothing to do,
// and must not write to stdout.
import { spawnSync } from "node:child_process";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBun } from "./bun-path.mjs";
import { areModulesFresh, isBinaryFresh } from "./freshness.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

if (!areModulesFresh(ROOT)) installModules();
if (!process.argv.includes("--no-build") && !isBinaryFresh(ROOT)) buildBinary();

function installModules() {
  say("installing the dependencies with `npm ci`");
  const npm = process.env.npm_execpath ?? "";
  if (basename(npm) === "npm-cli.js") run(process.execPath, [npm, "ci", "--no-fund", "--no-audit", "--loglevel=error"]);
  else run("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"], process.platform === "win32"); // npm.cmd needs a shell
}

function buildBinary() {
  say("building dist/portguard");
  const bun = findBun(ROOT);
  if (!bun) stop("node_modules has no Bun for this machine: remove node_modules and run `npm ci`", 1);
  run(bun, [join(ROOT, "scripts", "build.ts")]);
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args, shell = false) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, shell, stdio: ["ignore", 2, 2] });
  if (error) stop(`\`${command}\` could not be run: ${error.message}`, 1);
  if (status !== 0) stop(`\`${basename(command)} ${args.join(" ")}\` failed`, status ?? 1);
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`portguard: ${text}\n`);
}

/**
 * @param {string} text
 * @param {number} code
 * @returns {never}
 */
function stop(text, code) {
  say(text);
  process.exit(code);
}
