import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import type { ProcessMark } from "../../core/process-mark.ts";
import type { ProcessInfo } from "../../core/socket.ts";
import { readStart } from "./arguments.ts";
import { readProcessBlock } from "./libproc.ts";
import { parseFolder, parseFullFacts, parseShortFacts, type ProcessFacts } from "./process-blocks.ts";

/** Everything that macOS shows of a process to this user; nothing when it is gone. */
export function readProcess(pid: number): ProcessInfo | undefined {
  const facts = readFacts(pid);
  if (!facts) return undefined;
  const { ppid, name, uid } = facts;
  const folders = readProcessBlock(pid, "folders");
  const start = readStart(pid);
  return {
    pid,
    ppid,
    name,
    command: start?.command ?? [],
    ...(start?.program.startsWith("/") && { program: start.program }),
    user: userName(uid),
    ...startOf(facts),
    ...(folders && { cwd: parseFolder(folders) }),
  };
}

/** What tells it from every other one. */
export function readMark(pid: number): ProcessMark | undefined {
  const facts = readFacts(pid);
  return facts && { pid, ...startOf(facts) };
}

/** The kernel notes the start of a process once: setting the clock does not move it. */
function startOf({ startedAt }: ProcessFacts): Pick<ProcessInfo, "startedAt" | "born"> {
  return startedAt === undefined ? {} : { startedAt, born: `${startedAt}` };
}

export function readFacts(pid: number): ProcessFacts | undefined {
  const full = readProcessBlock(pid, "full");
  if (full) return parseFullFacts(full);
  const short = readProcessBlock(pid, "short");
  return short && parseShortFacts(short);
}

/** People are in the directory service, which would need a library; /etc/passwd has only the system's own users. */
export function userName(uid: number): string {
  if (uid === process.getuid?.()) return userInfo().username;
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((each) => each.split(":")[2] === String(uid));
  return line?.split(":")[0] ?? String(uid);
}
