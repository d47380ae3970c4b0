import type { SignalName, TreeEvent } from "../core/os.ts";
import type { RestartCause, RestartOutcome } from "../core/reserve-event.ts";

/** What happens, and what is wanted of us. `done` is told what became of a restart. */
export type Item =
  | { readonly event: TreeEvent }
  | { readonly signal: SignalName }
  | { readonly restart: RestartCause; readonly done: (outcome: RestartOutcome) => void };

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
