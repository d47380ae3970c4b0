// Runs a script with the project's own Bun: `node scripts/with-bun.mjs scripts/test.ts …`.
import { spawnSync } from "node:child_process";
import { constants } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { findBun } from "./bun-path.mjs";

const bun = findBun(dirname(dirname(fileURLToPath(import.meta.url))));
if (!bun) {
  process.stderr.write("portguard: node_modules has no Bun for this machine: run `npm ci`\n");
  process.exit(1);
}
const { status, signal } = spawnSync(bun, process.argv.slice(2), { stdio: "inherit" });
process.exit(status ?? 128 + (signal ? constants.signals[signal] : 1));
