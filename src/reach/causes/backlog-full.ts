import { formatEndpoint } from "../../core/endpoint.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeOwner, mainOwner } from "../words/describe.ts";
import { showListener } from "../words/evidence.ts";
import type { Facts, Listener } from "../facts.ts";
import { findUnanswered } from "../reading/halted.ts";
import { raiseBacklog, restartStuck } from "../remedies/limits.ts";

export const backlogFull: Cause = {
  code: "BACKLOG_FULL",
  stage: "process",
  summary: "so many connections wait to be accepted that the kernel drops new ones",
  explain: [
    "The queue of connections that a server has not accepted yet has a limit: what it gave listen(), and at most",
    "net.core.somaxconn. When it is full, Linux drops new connections, which then time out.",
    "Mostly the server does not accept any more (restart it); under load, it needs a longer queue or more workers.",
  ],
  symptoms: ["timeout"],
  needs: ["queues", "moved", "kernel"],
  dependsOn: ["CONTAINER_PAUSED", "PROCESS_STOPPED", "HELD_BY_DEBUGGER", "FILES_EXHAUSTED"],
  judge(facts) {
    const full = findUnanswered(facts).find(({ each, listener }) => each.met === "silence" && isFull(facts, listener));
    if (!full?.listener.row.queue) return undefined;
    const { each, listener } = full;
    const { limit } = listener.row.queue ?? { limit: 0 };
    const waiting = countWaiting(facts, listener);
    const owner = mainOwner(listener.owners);
    const watch = valueOf(facts.more.queues)?.get(listener.row.id);
    const stuck = watch && !watch.accepted ? [`none of them was accepted within ${Math.round(watch.forMs)} ms`] : [];
    return {
      severity: "blocks",
      title: `${describeOwner(listener)} lets ${waiting} connections wait, and its queue holds ${limit}: ${formatEndpoint(each.to)} drops new ones`,
      evidence: [
        showListener(listener),
        ...stuck.map((what) => ({ what, source: "socket table" })),
        ...showDrops(facts),
        each.evidence,
      ],
      remedies: [
        ...(stuck.length > 0 ? restartStuck(owner) : []),
        ...raiseBacklog(owner, limit, valueOf(facts.more.kernel)?.somaxconn),
      ],
    };
  },
};

/** Linux takes one more than the limit. */
function isFull(facts: Facts, listener: Listener): boolean {
  const { queue } = listener.row;
  return queue !== undefined && countWaiting(facts, listener) > queue.limit;
}

function countWaiting({ more }: Facts, { row }: Listener): number {
  return Math.max(row.queue?.waiting ?? 0, valueOf(more.queues)?.get(row.id)?.waiting ?? 0);
}

function showDrops({ more }: Facts) {
  const count = valueOf(more.moved)?.get("ListenOverflows") ?? 0;
  if (count <= 0) return [];
  const times = count === 1 ? "once" : `${count} times`;
  return [{ what: `a queue overflowed ${times} while it was tried (ListenOverflows)`, source: "/proc/net/netstat" }];
}
