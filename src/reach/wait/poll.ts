/** One thing that is waited for. */
export interface Awaited<T> {
  readonly what: T;
  /** How long it took, in milliseconds; nothing where the time was up first. */
  readonly afterMs?: number;
}

export interface PollOptions<T> {
  readonly timeoutMs: number;
  /** One of them is enough. */
  readonly any: boolean;
  /** Whether it is so now. `timeoutMs`: how long a single look may take. */
  readonly look: (what: T, timeoutMs: number) => Promise<boolean>;
  /** Called for each as soon as it is so. */
  readonly onDone: (what: T, afterMs: number) => void;
}

/** A look may take this long, so that what changes meanwhile is seen by the next one. */
const LONGEST_LOOK_MS = 2000;
/** The pause between two looks grows from the first to the second: what comes soon is seen soon, what takes long is not hammered at. */
const PAUSES_MS = { first: 25, last: 500 };

/** Looks at all of them again and again until they are so or the time is up; answers each, in order. */
export async function poll<T>(all: readonly T[], options: PollOptions<T>): Promise<readonly Awaited<T>[]> {
  const startedAt = performance.now();
  const enough = Promise.withResolvers<void>();
  const took = new Map<number, number>();
  const watch = all.map(async (what, index) => {
    const afterMs = await watchOne(what, startedAt, options, () => options.any && took.size > 0);
    if (afterMs === undefined || (options.any && took.size > 0)) return;
    took.set(index, afterMs);
    options.onDone(what, afterMs);
    if (options.any) enough.resolve();
  });
  await Promise.race([Promise.all(watch), enough.promise]);
  return all.map((what, index) => {
    const afterMs = took.get(index);
    return { what, ...(afterMs !== undefined && { afterMs }) };
  });
}

async function watchOne<T>(
  what: T,
  startedAt: number,
  { timeoutMs, look }: PollOptions<T>,
  isOver: () => boolean,
): Promise<number | undefined> {
  const elapsed = () => performance.now() - startedAt;
  for (let pause = PAUSES_MS.first; !isOver(); pause = Math.min(2 * pause, PAUSES_MS.last)) {
    const left = timeoutMs - elapsed();
    if (left <= 0) return undefined;
    if (await look(what, Math.min(left, LONGEST_LOOK_MS))) return elapsed();
    await Bun.sleep(Math.max(0, Math.min(pause, timeoutMs - elapsed())));
  }
  return undefined;
}
