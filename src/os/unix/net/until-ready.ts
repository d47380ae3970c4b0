import { WaitLoop } from "../../wait-loop.ts";
import { type Polled, pollFds } from "../files.ts";

const loop = new WaitLoop<Polled>((polled) => pollFds(polled, 0));

/** Waits until one of these events (POLLIN, …), an error or the end is there: the ready events, or 0 when the time is up. */
export function untilReady(fd: number, events: number, timeoutMs: number): Promise<number> {
  return loop.wait({ fd, events }, timeoutMs);
}
