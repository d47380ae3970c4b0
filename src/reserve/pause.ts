/** A pause that can be cut short. */
export class Pause {
  private done: (() => void) | undefined;

  async wait(ms: number): Promise<void> {
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, ms);
    this.done = over.resolve;
    await over.promise;
    clearTimeout(timer);
    this.done = undefined;
  }

  end(): void {
    this.done?.();
  }
}
