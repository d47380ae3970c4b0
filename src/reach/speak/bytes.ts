/** Bytes up to a limit; what comes after it is only counted. */
export class Bytes {
  /** How many came, kept or not. */
  total = 0;
  #store = new Uint8Array(0);
  #length = 0;

  constructor(private readonly limit: number) {}

  get kept(): Uint8Array {
    return this.#store.subarray(0, this.#length);
  }

  add(bytes: Uint8Array): void {
    this.total += bytes.length;
    const fitting = bytes.subarray(0, this.limit - this.#length);
    if (fitting.length === 0) return;
    this.#grow(this.#length + fitting.length);
    this.#store.set(fitting, this.#length);
    this.#length += fitting.length;
  }

  clear(): void {
    this.#length = 0;
    this.total = 0;
  }

  /** By doubling: a byte at a time must not cost a copy each. */
  #grow(needed: number): void {
    if (needed <= this.#store.length) return;
    const larger = new Uint8Array(Math.min(this.limit, Math.max(needed, 2 * this.#store.length)));
    larger.set(this.kept);
    this.#store = larger;
  }
}
