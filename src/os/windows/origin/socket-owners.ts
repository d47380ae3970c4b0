import type { SocketOwner } from "../../../core/origin.ts";
import type { SocketRow } from "../../../core/socket.ts";
import { ACCESS, ProcessHandle } from "../process-handle.ts";
import { listProcesses } from "../process-list.ts";
import { readBindTimes } from "../sockets.ts";

/** The kernel's own pid; of HTTP.sys for most, which serves IIS, WinRM and every program that asks for a URL prefix. */
const SYSTEM = 4;
const SYSTEM_NAME = "Windows itself (HTTP.sys or another driver)";
/** Both times are of one clock; what is shorter is rounding. */
const SLACK_MS = 1000;

/** The table names the owners, but goes on naming one that has ended, and its number may be another's by then. */
export function findSocketOwners(rows: readonly SocketRow[]): Map<string, SocketOwner> {
  const present = new Set(Array.from(listProcesses(), ({ pid }) => pid));
  const boundAt = rows.some(({ state }) => state === "listen") ? readBindTimes() : new Map<string, number>();
  return new Map(rows.map((row) => [row.id, judgeOwner(row, { present, boundAt: boundAt.get(row.id), startedAt })]));
}

export interface OwnerFacts {
  readonly present: ReadonlySet<number>;
  readonly boundAt: number | undefined;
  readonly startedAt: (pid: number) => number | undefined;
}

export function judgeOwner(
  { pid }: Pick<SocketRow, "pid">,
  { present, boundAt, startedAt: startOf }: OwnerFacts,
): SocketOwner {
  if (pid === undefined) return { kind: "nobody" };
  if (pid === SYSTEM) return { kind: "system", name: SYSTEM_NAME };
  if (!present.has(pid)) return { kind: "dead", pid };
  const started = boundAt === undefined ? undefined : startOf(pid);
  if (boundAt !== undefined && started !== undefined && started > boundAt + SLACK_MS) return { kind: "reused", pid };
  return { kind: "processes", pids: [pid] };
}

function startedAt(pid: number): number | undefined {
  using handle = ProcessHandle.open(pid, ACCESS.query);
  return handle?.startedAt();
}
