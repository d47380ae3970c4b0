/** Milliseconds between 1601, where Windows' clock starts, and 1970. */
const EPOCH_MS = 11_644_473_600_000;
const TICKS_PER_MS = 10_000n;

/** A moment as Windows counts it, in milliseconds since 1970. */
export function msOfFiletime(ticks: bigint): number {
  return msOfTicks(ticks) - EPOCH_MS;
}

/** A length of time in units of 100 ns, in milliseconds. */
export function msOfTicks(ticks: bigint): number {
  return Number(ticks / TICKS_PER_MS);
}
