interface Waiter<Watched> {
  readonly watched: Watched;
  readonly since: number;
  readonly until: number;
  readonly resolve: (ready: number) => void;
}

/** How often the sockets are looked at, by the age of the youngest wait: an answer from nearby is there within a moment. */
const PAUSES = [
  { belowMs: 20, pauseMs: 1 },
  { belowMs: 100, pauseMs: 2 },
  { belowMs: 250, pauseMs: 5 },
] as const;
const LONGEST_PAUSE_MS = 10;

/**
 * Any number of waits side by side, for sockets that the runtime does not watch since they are not its own. All of them
 * share one question to the system a tick, which must never block; it answers each one's ready events, 0 for none.
 */
export class WaitLoop<Watched> {
  readonly #waiters = new Set<Waiter<Watched>>();
  readonly #poll: (watched: readonly Watched[]) => readonly number[];
  #timer: Timer | undefined;

  constructor(poll: (watched: readonly Watched[]) => readonly number[]) {
    this.#poll = poll;
  }

  /** The ready events, or 0 when the time is up. */
  wait(watched: Watched, timeoutMs: number): Promise<number> {
    const [ready = 0] = this.#poll([watched]);
    if (ready !== 0 || timeoutMs <= 0) return Promise.resolve(ready);
    const since = performance.now();
    return new Promise((resolve) => {
      this.#waiters.add({ watched, since, until: since + timeoutMs, resolve });
      // A long pause of the older ones ends here.
      clearTimeout(this.#timer);
      this.#plan();
    });
  }

  #plan(): void {
    this.#timer = setTimeout(() => this.#look(), choosePause([...this.#waiters]));
  }

  #look(): void {
    const all = [...this.#waiters];
    const ready = this.#poll(all.map(({ watched }) => watched));
    const now = performance.now();
    for (const [index, waiter] of all.entries()) {
      const events = ready[index] ?? 0;
      if (events === 0 && now < waiter.until) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(events);
    }
    if (this.#waiters.size > 0) this.#plan();
  }
}

function choosePause(waiters: readonly Pick<Waiter<unknown>, "since" | "until">[]): number {
  const now = performance.now();
  const age = now - Math.max(...waiters.map(({ since }) => since));
  const left = Math.min(...waiters.map(({ until }) => until)) - now;
  const pause = PAUSES.find(({ belowMs }) => age < belowMs)?.pauseMs ?? LONGEST_PAUSE_MS;
  return Math.max(1, Math.min(pause, left));
}
