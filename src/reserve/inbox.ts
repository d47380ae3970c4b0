import type { SignalName, TreeEvent } from "../core/os.ts";

export type Item = { readonly event: TreeEvent } | { readonly signal: SignalName };

/** Keeps what happens before there is a guard to hear it. */
export class Inbox {
  private waiting: Item[] = [];
  private deliver: ((item: Item) => void) | undefined;

  /** The first signal that means an end; while nothing runs, portguard itself ends by it. */
  get fatalSignal(): SignalName | undefined {
    for (const item of this.waiting) if ("signal" in item && !item.signal.startsWith("SIGUSR")) return item.signal;
    return undefined;
  }

  put(item: Item): void {
    if (this.deliver) this.deliver(item);
    else this.waiting.push(item);
  }

  open(deliver: (item: Item) => void): void {
    this.deliver = deliver;
    for (const item of this.waiting.splice(0)) deliver(item);
  }
}
