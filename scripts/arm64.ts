#!/usr/bin/env bun
/**
 * Runs portguard on an arm64 Linux: `bun scripts/arm64.ts` builds dist/linux-arm64/portguard, boots Debian's arm64 kernel
 * in an emulator (qemu without KVM, so on any machine), and prints a line for each thing that must be so there. It exits
 * with 1 where one is not. The first run downloads the parts, which needs a Debian's apt, but installs nothing.
 *
 * An emulator of the processor alone, which borrows the kernel of this machine, won't do: it passes no seccomp filters on.
 */
import { dirname, join } from "node:path";
import { $ } from "zx";
import packageJson from "../package.json";
import { type Check, listChecks } from "./arm64/checks.ts";
import { Machine } from "./arm64/machine.ts";
import { fetchParts } from "./arm64/parts.ts";

const ROOT = dirname(import.meta.dirname);
const TARGET = "linux-arm64";

async function main(): Promise<void> {
  await $({ cwd: ROOT, stdio: "inherit" })`${process.execPath} scripts/build.ts --target ${TARGET}`;
  const parts = await fetchParts();
  const start = performance.now();
  await using machine = await Machine.boot(parts, join(ROOT, "dist", TARGET, "portguard"));
  console.log(`✓ the machine boots (${secondsSince(start)})`);
  for (const check of listChecks(packageJson.version)) {
    if (await isSo(check, machine)) continue;
    process.exitCode = 1;
    // Whatever is left of it would be in the way of the next check.
    await machine.run("kill -KILL -1; rm -rf /tmp/*");
  }
}

async function isSo({ title, run }: Check, machine: Machine): Promise<boolean> {
  const start = performance.now();
  try {
    console.log(`✓ ${title}: ${await run(machine)} (${secondsSince(start)})`);
    return true;
  } catch (error) {
    console.log(`✗ ${title}: ${explain(error).replaceAll("\n", "; ")} (${secondsSince(start)})`);
    return false;
  }
}

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`portguard: ${explain(error)}\n`);
  process.exitCode = 1;
}
