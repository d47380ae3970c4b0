/** One line of the answer. */
export interface Row {
  readonly what: string;
  readonly median: number;
  readonly unit: "ms" | "requests/s" | "MB";
  /** The same measured without anything in front of the command, where there is such a thing. */
  readonly bare?: number;
  readonly goal?: { readonly text: string; readonly met: boolean };
}

/** What could not be measured here, and why. */
export interface Omission {
  readonly what: string;
  readonly because: string;
}

export type Finding = Row | Omission;

/** Of each measure: enough that a median means something. */
export const ROUNDS = 25;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  const lower = sorted.length % 2 === 0 ? sorted[middle - 1] : upper;
  if (lower === undefined || upper === undefined) throw new Error("no median of nothing");
  return (lower + upper) / 2;
}

/**
 * Measures every contestant in turn, round by round, so that whatever else the machine does meets them all alike.
 *
 * @returns the median of each, in the order given
 */
export async function compete(contestants: readonly (() => Promise<number>)[], rounds = ROUNDS): Promise<number[]> {
  for (const measure of contestants) await measure(); // a first run warms the file cache and counts for nothing
  const results = contestants.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, measure] of contestants.entries()) results[index]?.push(await measure());
  return results.map(median);
}
