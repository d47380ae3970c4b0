/**
 * Builds the executable: `bun scripts/build.ts` for this machine into dist/portguard, `--target NAME` (repeatable, or
 * `all`) for others into dist/NAME/. The same commit gives the same bytes.
 */
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { Glob } from "bun";
import { $ } from "zx";
import { fetchBaseExecutable } from "./base-executable.ts";
import { hashInputs, stampPath } from "./freshness.mjs";
import { type Target, hostTarget, readTargets } from "./targets.ts";

const ROOT = dirname(import.meta.dirname);
const DIST = join(ROOT, "dist");

const FLAGS = [
  "--minify",
  "--bytecode",
  "--format=esm",
  // A stranger's .env and bunfig.toml must not be read, let alone run, by the compiled program.
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  // Puts every entry into one virtual folder, so that `new URL("./broker-worker.ts", import.meta.url)` finds the worker.
  "--entry-naming=[name].[ext]",
  // Most of it runs once: compiling later takes less time at the start, and less memory for as long as it guards.
  "--compile-jit-policy=10",
  // What a verb imports is loaded when that verb runs; in one piece, every start would pay for all of it.
  "--splitting",
];

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { target: { type: "string", multiple: true } } });
  const targets = await readTargets(ROOT);
  if (values.target === undefined) return buildForHost(targets);
  for (const target of chooseTargets(targets, values.target)) {
    await build(target, join(DIST, target.name), await fetchBaseExecutable(ROOT, target));
  }
}

/** The inputs are hashed first: what changes during the build makes its result stale. */
async function buildForHost(targets: readonly Target[]): Promise<void> {
  const stamp = hashInputs(ROOT);
  await build(hostTarget(targets), DIST, undefined);
  await writeFile(stampPath(ROOT), stamp);
}

function chooseTargets(targets: readonly Target[], names: readonly string[]): readonly Target[] {
  if (names.includes("all")) return targets;
  return names.map((name) => {
    const target = targets.find((each) => each.name === name || each.triple === name);
    if (!target)
      throw new Error(`no target \`${name}\`: there are ${targets.map((each) => each.name).join(", ")}, all`);
    return target;
  });
}

/** Built beside its place and moved there: the old executable may be running. */
async function build(target: Target, folder: string, base: string | undefined): Promise<void> {
  const file = `portguard${target.exeSuffix}`;
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, ".building-"));
  try {
    await compile(target, join(work, file), base);
    await chmod(join(work, file), 0o755);
    await rename(join(work, file), join(folder, file));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  process.stderr.write(`portguard: built ${join(folder, file).slice(ROOT.length + 1)} for ${target.name}\n`);
}

async function compile(target: Target, outfile: string, base: string | undefined): Promise<void> {
  const defines = [
    `--define=BUILD_COMMIT=${JSON.stringify(await describeCommit())}`,
    `--define=BUILD_TARGET=${JSON.stringify(target.name)}`,
  ];
  const from = base === undefined ? [] : [`--target=${target.bunTarget}`, `--compile-executable-path=${base}`];
  const $build = $({ cwd: ROOT, nothrow: true, stdio: ["ignore", "ignore", "inherit"] });
  const { exitCode } =
    await $build`${process.execPath} build --compile ${FLAGS} ${defines} ${from} --outfile=${outfile} ${await findEntries(target)}`;
  if (exitCode !== 0) throw new Error(`the build for ${target.name} failed`);
}

/** A Worker is an entry of its own; `*-worker.ts` says so, and each system has its own ones. */
async function findEntries({ platform }: Target): Promise<readonly string[]> {
  const rooms = { linux: ["linux", "unix"], darwin: ["macos", "unix"], win32: ["windows"] }[platform];
  const workers = await Array.fromAsync(new Glob(`src/os/{${rooms.join(",")}}/**/*-worker.ts`).scan(ROOT));
  return ["src/main.ts", ...workers.toSorted()];
}

/** The short commit, `-dirty` where the tree has changes of its own, or `unknown` outside a repository. */
async function describeCommit(): Promise<string> {
  const described = await $({ cwd: ROOT, quiet: true, nothrow: true })`git describe --always --dirty --exclude=*`;
  return described.exitCode === 0 ? described.stdout.trim() : "unknown";
}

try {
  await main();
} catch (error) {
  process.stderr.write(`portguard: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
