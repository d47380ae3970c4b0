import { closeFd, readFd } from "../../unix/files.ts";
import { openPath } from "../../unix/paths.ts";
import { listPids } from "../procfs.ts";

/** So few are looked through sooner than put into an order. */
const FEW = 40;

/**
 * Where the kernel has a thread wait, as it names its own functions: servers wait for events or connections, or for a
 * lock while other threads of theirs do that. Who waits for a child, a timer or a key is hardly one.
 */
const WAITS: readonly RegExp[] = [
  /epoll|ep_poll|hrtimeout_range|sys_poll|poll_schedule|do_select|accept|cqring|wait_for_more_packets/,
  /futex|^0?$/,
];

/** Every process but those that are asked first: those that may have a socket before others, the young before the old. */
export function orderCandidates(first: readonly number[]): number[] {
  const pids = listPids().filter((pid) => !first.includes(pid));
  if (pids.length <= FEW) return [...first, ...pids.toReversed()];
  const ranks = new Map(pids.map((pid) => [pid, rankOf(pid)]));
  return [...first, ...pids.toSorted((a, b) => ranks.get(a)! - ranks.get(b)! || b - a)];
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
