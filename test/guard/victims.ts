import { readlinkSync } from "node:fs";
import type { Run } from "../drive.ts";
import { until } from "../drive/until.ts";

/** The two processes that portguard consists of: the one that was started, and the guard that it starts. */
export const VICTIMS = ["the front", "the guard"] as const;
export type Victim = (typeof VICTIMS)[number];

/** The pid of one of portguard's processes, as soon as there is one. */
export async function findVictim(run: Run, victim: Victim): Promise<number> {
  return until(victim, () => (victim === "the guard" ? guardOf(run) : frontOf(run)));
}

function guardOf(run: Run): number | undefined {
  return run.processes().find(({ command }) => command.startsWith("portguard __guard "))?.pid;
}

/** The shell and the like that lead up to it become it: the pid stays. */
function frontOf({ pid }: Run): number | undefined {
  return readlinkSync(`/proc/${pid}/exe`).endsWith("/portguard") ? pid : undefined;
}
