import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A live process, as /proc tells it. Linux only, as what these tests drive. */
export interface LiveProcess {
  readonly pid: number;
  readonly command: string;
  /** The executable's path; empty where it can't be read. */
  readonly executable: string;
}

/**
 * Every live process that has `marker` in its environment or in the path of its working directory. Both, because nginx
 * and redis write their titles over their environment, and daemons change directory. Zombies have neither.
 */
export function processesMarked(marker: string): LiveProcess[] {
  return pids()
    .filter((pid) => link(pid, "cwd").includes(marker) || text(pid, "environ").includes(marker))
    .map((pid) => ({
      pid,
      command: text(pid, "cmdline").replaceAll("\0", " ").trim(),
      executable: link(pid, "exe"),
    }));
}

/** Whether this process has a listening TCP socket on the port. */
export function listensOn(pid: number, port: number): boolean {
  const sockets = new Set(listeningInodes(pid, port).map((inode) => `socket:[${inode}]`));
  return entries(`/proc/${pid}/fd`).some((fd) => sockets.has(link(pid, `fd/${fd}`)));
}

/** A row's second column is ADDRESS:PORT in hex, the fourth the state (0A: listen), the tenth the inode. */
function listeningInodes(pid: number, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return ["net/tcp", "net/tcp6"]
    .flatMap((table) => text(pid, table).split("\n"))
    .map((row) => row.trim().split(/\s+/))
    .filter((row) => row[1]?.endsWith(`:${hex}`) && row[3] === "0A")
    .map((row) => row[9]!);
}

function pids(): number[] {
  return entries("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number);
}

/** Processes end while one looks: what can't be read any more is empty. */
function entries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function text(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

function link(pid: number, file: string): string {
  try {
    return readlinkSync(`/proc/${pid}/${file}`);
  } catch {
    return "";
  }
}
