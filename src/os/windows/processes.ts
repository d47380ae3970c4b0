import type { ProcessInfo } from "../../core/socket.ts";
import { splitCommandLine } from "./command-line.ts";
import { ACCESS, ProcessHandle } from "./process-handle.ts";
import { type ListedProcess, listProcesses } from "./process-list.ts";
import { readCommandLine, readWorkingDirectory } from "./process-parameters.ts";
import { readUser } from "./process-user.ts";

/** All that can be seen of a process from here; nothing when it is gone. */
export function readProcess(pid: number): ProcessInfo | undefined {
  const listed = listProcesses().find((each) => each.pid === pid);
  return listed && readListedProcess(listed);
}

/** The same of one that is in the list. */
export function readListedProcess(listed: ListedProcess): ProcessInfo | undefined {
  using handle = openAsFarAsAllowed(listed.pid);
  if (!handle) return { ...listed, command: [] };
  return handle.hasEnded() ? undefined : describe(listed, handle);
}

/** Memory may be read of one's own processes; of others only the user and the times are seen, or nothing at all. */
export function openAsFarAsAllowed(pid: number): ProcessHandle | undefined {
  const least = ACCESS.query | ACCESS.wait;
  return ProcessHandle.open(pid, least | ACCESS.readMemory) ?? ProcessHandle.open(pid, least);
}

/** The kernel notes the start of a process once: setting the clock does not move it. */
export function readStart(handle: ProcessHandle): Pick<ProcessInfo, "startedAt" | "born"> {
  const startedAt = handle.startedAt();
  return startedAt === undefined ? {} : { startedAt, born: `${startedAt}` };
}

function describe(listed: ListedProcess, handle: ProcessHandle): ProcessInfo {
  const user = readUser(handle);
  const cwd = readWorkingDirectory(handle);
  const program = handle.program();
  return {
    ...listed,
    command: splitCommandLine(readCommandLine(handle) ?? ""),
    ...(user !== undefined && { user }),
    ...readStart(handle),
    ...(cwd !== undefined && { cwd }),
    ...(program !== undefined && { program }),
  };
}
