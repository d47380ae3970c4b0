/**
 * The one command to remember, `bun run check`: formatting, lint, types, dead code, then the tests. Every step runs, so
 * that one run shows all there is to mend. `--no-tests` leaves the tests out.
 */
import { dirname } from "node:path";
import { $ } from "zx";
import { runTests } from "./test.ts";

const ROOT = dirname(import.meta.dirname);
const $root = $({ cwd: ROOT, preferLocal: ROOT, stdio: "inherit", nothrow: true });

const STEPS = [
  { name: "format", run: () => $root`oxfmt --check`, hint: "`npm run format` mends it" },
  { name: "lint", run: () => $root`oxlint`, hint: "the rooms and their arrows are in ARCHITECTURE.md" },
  { name: "types", run: () => $root`tsc --noEmit`, hint: "see above" },
  { name: "dead code", run: () => $root`knip`, hint: "remove what is unused, or its `export`" },
];

async function lint(): Promise<boolean> {
  const broken: string[] = [];
  for (const { name, run, hint } of STEPS) {
    console.error(`portguard: ${name}`);
    if ((await run()).exitCode !== 0) broken.push(`${name} failed: ${hint}`);
  }
  for (const line of broken) console.error(`portguard: ${line}`);
  return broken.length === 0;
}

const linted = await lint();
const tested = process.argv.includes("--no-tests") || (await runTests([]));
process.exitCode = linted && tested ? 0 : 1;
