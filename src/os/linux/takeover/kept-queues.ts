import type { QueueRule, TreeEvent } from "../../../core/os.ts";
import { closeWaiting, queueStepMs, QueueWatch } from "../../unix/queue-watch.ts";
import type { Member } from "../held-set.ts";
import { readSocketTable } from "../socket-table.ts";

interface Kept {
  readonly watch: QueueWatch;
  readonly rule: QueueRule;
}

/** Members that go on listening while no generation has them, so that clients wait: at most for as long as it was said. */
export class KeptQueues {
  private readonly queues = new Map<Member, Kept>();
  private lookedAt = 0;

  constructor(private readonly tell: (event: TreeEvent) => void) {}

  get members(): readonly Member[] {
    return [...this.queues.keys()];
  }

  /** When `look` is due, on the clock of `performance.now()`; nothing where nobody waits. */
  get dueAt(): number | undefined {
    const steps = [...this.queues.values()].map(({ rule }) => queueStepMs(rule.timeoutMs));
    return steps.length === 0 ? undefined : this.lookedAt + Math.min(...steps);
  }

  add(member: Member, rule: QueueRule): void {
    this.queues.set(member, { watch: new QueueWatch(rule.timeoutMs), rule });
  }

  delete(member: Member): void {
    this.queues.delete(member);
  }

  /** Closes those who have waited for too long. */
  look(): void {
    const now = (this.lookedAt = performance.now());
    for (const [{ at, inode, fd }, { watch }] of this.queues) {
      const rows = readSocketTable({ port: at.port, protocol: at.protocol, states: ["listen"] });
      const waiting = rows.find(({ id }) => id === inode)?.queue?.waiting ?? 0;
      const closed = closeWaiting(fd, watch.expired(waiting, now));
      if (closed > 0) this.tell({ kind: "queue-expired", at, closed });
    }
  }
}
