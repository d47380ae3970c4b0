import { readFile, readdir, readlink } from "node:fs/promises";
import { compete, type Finding } from "./row.ts";
import { guarded, pickPort, PORTGUARD, Server } from "./programs.ts";

const GOAL_MB = 12;

/** What the guard's own processes keep to themselves while their command serves. */
export async function measureMemory(): Promise<readonly Finding[]> {
  const what = "private memory, all of portguard's processes";
  if (process.platform !== "linux") return [{ what, because: "it is read from /proc" }];
  const [ours = NaN] = await compete([guardMemory]);
  const goal = { text: `at most ${GOAL_MB} MB`, met: ours <= GOAL_MB };
  return [{ what, median: ours, unit: "MB", goal }];
}

const SERVE = `Bun.serve({ port: Number(process.argv[1]), hostname: "127.0.0.1", fetch: () => new Response("ok") })`;

/** @returns MB (1e6 bytes) */
async function guardMemory(): Promise<number> {
  const port = await pickPort();
  await using server = await Server.start(guarded(port, [process.execPath, "-e", SERVE, String(port)]), port);
  const pids = await findGuards(server.pid);
  if (pids.length === 0) throw new Error("no process of portguard's is to be seen");
  const kilobytes = await Promise.all(pids.map(readPrivateKilobytes));
  return kilobytes.reduce((sum, each) => sum + each, 0) * 1.024e-3;
}

/** The process that was started and every one below it that runs the same executable. */
async function findGuards(root: number): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const ours = new Set<number>();
  for (const pid of pids) if ((await readlink(`/proc/${pid}/exe`).catch(() => "")) === PORTGUARD) ours.add(pid);
  const below = await Promise.all([...ours].map(async (pid) => ((await descendsFrom(pid, root)) ? [pid] : [])));
  return below.flat();
}

async function descendsFrom(pid: number, root: number): Promise<boolean> {
  for (let each = pid; each > 1; each = await parentOf(each)) if (each === root) return true;
  return false;
}

async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

/** Anonymous pages only: clean pages of the executable are the page cache's, which takes them back when it needs them. */
async function readPrivateKilobytes(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Anonymous:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
}
