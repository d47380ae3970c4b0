/** How long a test waits for what should happen soon; generous, since a busy machine is no defect. */
export const SOON = 15_000;

/**
 * Asks again every few milliseconds until the answer is neither undefined nor false, and answers it. Throws after
 * `deadlineMs`, with `what` was awaited and whatever the last probe threw.
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = SOON,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) throw new Error(`${what}: not within ${deadlineMs} ms`, { cause });
    await Bun.sleep(10);
  }
}
