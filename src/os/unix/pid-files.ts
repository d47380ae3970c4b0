import { readdirSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Exclusive } from "../../core/exclusive.ts";
import type { ProcessInfo } from "../../core/socket.ts";

/** Where programs put their pid files when nobody says where, from the folder that they run in. */
const USUAL_FOLDERS = [".", "tmp", "tmp/pids", "run", "var/run"];
const LONGEST = 64;

/** The files that name one of these processes by its number: those that its command line has, and those in the usual places. */
export function findPidFiles(processes: readonly ProcessInfo[]): Exclusive[] {
  const pids = new Set(processes.map(({ pid }) => pid));
  const paths = new Set(processes.flatMap(candidatesOf));
  return [...paths].flatMap((path): Exclusive[] => {
    const pid = readPid(path);
    return pid !== undefined && pids.has(pid) ? [{ kind: "pid-file", pid, path }] : [];
  });
}

function candidatesOf({ command, cwd }: ProcessInfo): string[] {
  if (cwd === undefined) return [];
  const named = command.slice(1).map((word) => word.replace(/^-[^=]*=/, ""));
  const usual = USUAL_FOLDERS.flatMap((folder) =>
    list(resolve(cwd, folder))
      .filter((name) => name.endsWith(".pid"))
      .map((name) => `${folder}/${name}`),
  );
  return [...named.filter((word) => word !== "" && !word.startsWith("-")), ...usual].map((path) => resolve(cwd, path));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The number in a file that has nothing else in it. */
function readPid(path: string): number | undefined {
  try {
    const { size } = statSync(path);
    const text = size > 0 && size <= LONGEST ? /^\s*(\d+)\s*$/.exec(readFileSync(path, "utf8"))?.[1] : undefined;
    return text === undefined ? undefined : Number(text);
  } catch {
    return undefined;
  }
}
