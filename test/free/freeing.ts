import { setDefaultTimeout } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, driveBare, type DriveOptions, type Run } from "../drive.ts";

/** Many processes come and go in one test, and the machine may have other work. */
setDefaultTimeout(60_000);

/** A folder of this test file's own for what portguard keeps, so that no test reads or writes this user's. */
export const STATE = mkdtempSync(join(tmpdir(), "portguard-free-state-"));
process.on("exit", () => rmSync(STATE, { recursive: true, force: true }));

const ENV = { LC_ALL: "C.UTF-8", TERM: "xterm", NO_COLOR: "1", XDG_STATE_HOME: STATE };

export function program(name: string): string {
  return join(import.meta.dir, "programs", name);
}

export function portguard(words: readonly (string | number)[], options: Partial<DriveOptions> = {}): Run {
  return driveBare([binary(), ...words.map(String)], { ...options, env: { ...ENV, ...options.env } });
}

export interface Told {
  readonly exit: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs portguard to its end. */
export async function ask(words: readonly (string | number)[], options: Partial<DriveOptions> = {}): Promise<Told> {
  await using run = portguard(words, options);
  const exit = await run.ended();
  return { exit, stdout: run.stdout, stderr: run.stderr };
}

/** One line of the log of kills. */
export interface Kill {
  readonly by: string;
  readonly pid: number;
  readonly role: string;
  readonly outcome: string;
  readonly command: readonly string[];
  readonly grade: string;
  readonly cwd?: string;
}

export function readKills(): Kill[] {
  const lines = readFileSync(join(STATE, "portguard", "kills.ndjson"), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Kill);
}

/** What is not dead, collected or not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
