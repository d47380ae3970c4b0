import { closeFd, setNonBlocking } from "./files.ts";
import { acceptOn } from "./sockets.ts";

/** A client whose time is up is noticed this much later at most, as a part of that time. */
const PRECISION = 1 / 20;
const SHORTEST_STEP_MS = 20;
const LONGEST_STEP_MS = 1000;

/** How often a queue is to be looked at, in milliseconds. */
export function queueStepMs(timeoutMs: number): number {
  return Math.min(Math.max(timeoutMs * PRECISION, SHORTEST_STEP_MS), LONGEST_STEP_MS);
}

/**
 * How long those wait who are in the queue of a listener that nobody accepts from. The kernel tells how many wait, and gives
 * them out in the order in which they came; so who was there a while ago has waited for that long.
 */
export class QueueWatch {
  private looks: readonly { readonly at: number; readonly arrived: number }[] = [];
  private taken = 0;

  constructor(private readonly timeoutMs: number) {}

  /** How many have waited for too long, of so many that wait at this time. They are to be taken out. */
  expired(waiting: number, now: number): number {
    const arrived = this.taken + waiting;
    const looks = [...this.looks, { at: now, arrived }];
    const last = looks.findLastIndex(({ at }) => at <= now - this.timeoutMs);
    this.looks = looks.slice(Math.max(last, 0));
    const count = last < 0 ? 0 : Math.max(looks[last]!.arrived - this.taken, 0);
    this.taken += count;
    return count;
  }
}

/** Takes so many out of a listener's queue and closes them: how many there were. Nobody else must be accepting. */
export function closeWaiting(listener: number, count: number): number {
  const wasNonBlocking = setNonBlocking(listener, true);
  let closed = 0;
  while (closed < count) {
    const fd = acceptOn(listener);
    if (fd < 0) break;
    closeFd(fd);
    closed++;
  }
  if (!wasNonBlocking) setNonBlocking(listener, false);
  return closed;
}
