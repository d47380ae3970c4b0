import type { Os } from "../../core/os.ts";
import type { SocketRow } from "../../core/socket.ts";
import type { Doomed, Stopped, StopOutcome, StopTarget } from "../../core/stop.ts";

/** Longer than the kernel takes to end any process that is not stuck in a device. */
const KILL_LIMIT_MS = 5000;

/** What stopping works with. */
export interface StopTools {
  readonly os: Pick<Os, "openProcess" | "process" | "sockets" | "ownersOf">;
  /** Between SIGTERM and SIGKILL, for each process. */
  readonly graceMs: number;
  /** Told at once, so that it is written down even if we end meanwhile. */
  readonly onStopped: (stopped: Stopped) => void;
}

/** Stops every target: SIGTERM, the grace, SIGKILL; each target's processes one after the other, the targets side by side. */
export async function carryOutStop(targets: readonly StopTarget[], tools: StopTools): Promise<readonly Stopped[]> {
  return (await Promise.all(targets.map((target) => stopTarget(target, tools)))).flat();
}

async function stopTarget(target: StopTarget, tools: StopTools): Promise<Stopped[]> {
  const all: Stopped[] = [];
  for (const doomed of target.levels) {
    const startedAt = performance.now();
    const outcome = await stopOne(doomed, tools);
    const stopped = { target, doomed, outcome, tookMs: performance.now() - startedAt };
    tools.onStopped(stopped);
    all.push(stopped);
  }
  return all;
}

/** The process is kept open from before the last look at it until its end: no signal can reach another one. */
async function stopOne(doomed: Doomed, { os, graceMs }: StopTools): Promise<StopOutcome> {
  using opened = os.openProcess(doomed);
  if (!opened) return "gone";
  if (!isWhatWasJudged(doomed, os)) return opened.hasEnded() ? "gone" : "let-go";
  const asked = opened.signal("SIGTERM");
  if (asked !== "sent") return asked;
  if (await opened.ends(graceMs)) return "ended";
  // It may have become another program on SIGTERM, or only has clients left that it lets finish.
  if (!isWhatWasJudged(doomed, os)) return opened.hasEnded() ? "ended" : "let-go";
  const killed = opened.signal("SIGKILL");
  if (killed === "denied") return "denied";
  return (await opened.ends(KILL_LIMIT_MS)) ? "killed" : "stuck";
}

/** Whether it still has one of the sockets; who has none of them is known by his command line. */
function isWhatWasJudged({ pid, process, sockets }: Doomed, os: StopTools["os"]): boolean {
  if (sockets.length > 0) return stillHas(pid, sockets, os);
  const now = os.process(pid);
  return now !== undefined && now.command.join("\0") === process.command.join("\0");
}

function stillHas(pid: number, sockets: readonly SocketRow[], os: StopTools["os"]): boolean {
  const ids = new Set(sockets.map(({ id }) => id));
  const places = new Map(sockets.map(({ at }) => [`${at.protocol} ${at.port}`, at]));
  const rows = [...places.values()].flatMap(({ port, protocol }) => os.sockets({ port, protocol }));
  const same = rows.filter(({ id }) => ids.has(id));
  const owners = os.ownersOf(same, [pid]);
  return same.some((row) => row.pid === pid || owners.get(row.id)?.includes(pid));
}
