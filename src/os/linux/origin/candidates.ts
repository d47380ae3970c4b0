import { closeFd, readFd } from "../../unix/files.ts";
import { openPath } from "../../unix/paths.ts";

/** So few are looked through sooner than put into an order. */
const FEW = 40;

/**
 * Where the kernel has a thread wait, as it names its own functions: servers wait for events or connections, as desktop
 * programs and shells do by older calls, or for a lock while other threads of theirs do that. Who waits for a child, a
 * timer or a key is hardly one.
 */
const WAITS: readonly RegExp[] = [
  /epoll|ep_poll|hrtimeout_range|accept|cqring/,
  /sys_poll|poll_schedule|do_select|wait_for_more_packets/,
  /futex|^0?$/,
];

/**
 * These processes, those that may have a socket before others, the young before the old. Each is asked how it waits when
 * its turn comes: whoever has found what he looks for asks no more.
 */
export function* orderCandidates(pids: readonly number[]): Generator<number> {
  if (pids.length <= FEW) return yield* pids.toReversed();
  const later: number[][] = WAITS.map(() => []);
  for (const pid of pids.toReversed()) {
    const rank = rankOf(pid);
    if (rank === 0) yield pid;
    else later[rank - 1]!.push(pid);
  }
  yield* later.flat();
}

const waits = Buffer.alloc(64);

function rankOf(pid: number): number {
  const fd = openPath(`/proc/${pid}/wchan`);
  const length = fd < 0 ? 0 : readFd(fd, waits);
  if (fd >= 0) closeFd(fd);
  const name = waits.toString("latin1", 0, Math.max(length, 0));
  const rank = WAITS.findIndex((expression) => expression.test(name));
  return rank < 0 ? WAITS.length : rank;
}
