import type { Endpoint } from "../../core/endpoint.ts";
import type { QueueRule, TreeEvent } from "../../core/os.ts";
import { closeWaiting, QueueWatch } from "./queue-watch.ts";
import { listenOn } from "./sockets.ts";

const STEP_MS = 50;

/** A listening socket that each generation inherits. */
export interface InheritedListener {
  readonly fd: number;
  readonly at: Endpoint;
}

export interface InheritedQueuesOptions {
  readonly listeners: readonly InheritedListener[];
  /** How many wait in its queue, and how many may; nothing where it does not listen. */
  readonly queueOf: (listener: InheritedListener) => { readonly waiting: number; readonly limit: number } | undefined;
  readonly tell: (event: TreeEvent) => void;
}

/**
 * Looks after the sockets that generations inherit, in the time when one follows another: one that was shut down listens
 * again, and while nobody runs those who have waited for too long are closed.
 */
export class InheritedQueues {
  private rule: QueueRule | undefined;
  private running = 0;
  private timer: Timer | undefined;
  private watches = new Map<InheritedListener, QueueWatch>();
  private readonly backlogs = new Map<InheritedListener, number>();

  constructor(private readonly options: InheritedQueuesOptions) {}

  /** So many generations run now. */
  noteRunning(running: number): void {
    this.running = running;
    if (running > 0) this.watches.clear();
    this.plan();
  }

  keepQueues(rule: QueueRule | undefined): void {
    this.rule = rule;
    this.plan();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** One generation that runs undisturbed needs nobody. */
  private plan(): void {
    const isNeeded = this.rule !== undefined && this.running !== 1;
    if (!isNeeded) return this.stop();
    this.timer ??= setInterval(() => this.look(), STEP_MS);
    this.look();
  }

  private look(): void {
    for (const listener of this.options.listeners) {
      const queue = this.options.queueOf(listener);
      if (!queue) this.repair(listener);
      else {
        this.backlogs.set(listener, queue.limit);
        if (this.running === 0) this.expire(listener, queue.waiting);
      }
    }
  }

  private repair(listener: InheritedListener): void {
    const backlog = this.backlogs.get(listener);
    if (backlog === undefined || listenOn(listener.fd, backlog) < 0) return;
    this.options.tell({ kind: "listener-repaired", at: listener.at });
  }

  private expire(listener: InheritedListener, waiting: number): void {
    const { rule } = this;
    if (!rule) return;
    const watch = this.watches.get(listener) ?? new QueueWatch(rule.timeoutMs);
    this.watches.set(listener, watch);
    const closed = closeWaiting(listener.fd, watch.expired(waiting, performance.now()));
    if (closed > 0) this.options.tell({ kind: "queue-expired", at: listener.at, closed });
  }
}
