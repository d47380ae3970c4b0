import type { Os } from "../../core/os.ts";
import { type Seen, seen, unseen } from "../../core/seen.ts";
import type { ReachRequest } from "../../core/target.ts";
import type { Listener, QueueWatch } from "../facts.ts";

const PAUSE_MS = 20;

/** Looks at the listeners' accept queues until each is empty or has become shorter, as long as a client would wait. */
export async function watchQueues(
  listeners: readonly Listener[],
  { target: { port }, timeoutMs }: Pick<ReachRequest, "target" | "timeoutMs">,
  os: Pick<Os, "sockets">,
): Promise<Seen<ReadonlyMap<string, QueueWatch>> | undefined> {
  const before = new Map(listeners.flatMap(({ row }) => (row.queue ? [[row.id, row.queue.waiting] as const] : [])));
  if (listeners.every(({ row }) => row.state !== "listen")) return undefined;
  if (before.size === 0) return unseen("this system does not tell how many connections wait to be accepted");
  const startedAt = performance.now();
  const watched = new Map<string, QueueWatch>();
  for (;;) {
    const forMs = performance.now() - startedAt;
    for (const { id, queue } of os.sockets({ port, protocol: "tcp", states: ["listen"] })) {
      const earlier = watched.get(id);
      if (!queue || earlier?.accepted) continue;
      const accepted = queue.waiting === 0 || queue.waiting < (earlier?.waiting ?? before.get(id) ?? 0);
      watched.set(id, { waiting: queue.waiting, forMs, accepted });
    }
    if ([...watched.values()].every(({ accepted }) => accepted)) return seen(watched);
    if (forMs >= timeoutMs) return seen(watched);
    await Bun.sleep(PAUSE_MS);
  }
}
