/** The time that one question may take, from its first packet to the end of the answer. */
export class Deadline {
  readonly #startedAt = performance.now();

  constructor(readonly timeoutMs: number) {}

  get passedMs(): number {
    return performance.now() - this.#startedAt;
  }

  get leftMs(): number {
    return Math.max(0, this.timeoutMs - this.passedMs);
  }
}
