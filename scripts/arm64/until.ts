import { setTimeout as pause } from "node:timers/promises";

/** What is soon on a computer that emulates another and does other things besides. */
const SOON_MS = 60_000;
const PAUSE_MS = 100;

/** Asks until the answer is neither undefined nor false. Where that is not soon, it throws with what `explain` says then. */
export async function until<T>(probe: () => Promise<T | undefined | false>, explain: () => string): Promise<T> {
  for (const start = performance.now(); performance.now() - start < SOON_MS; await pause(PAUSE_MS)) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
  }
  throw new Error(`${explain()} after ${SOON_MS / 1000} s`);
}
