import { formatEndpoint } from "../../core/endpoint.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeOwner } from "../words/describe.ts";
import { showListener, showQueue } from "../words/evidence.ts";
import type { Facts, Listener, Owner } from "../facts.ts";
import { findUnanswered } from "../reading/halted.ts";
import { raiseFileLimit } from "../remedies/limits.ts";
import type { Try } from "../reading/tries.ts";

export const filesExhausted: Cause = {
  code: "FILES_EXHAUSTED",
  stage: "process",
  summary: "the server has as many files open as it may, and can't accept another connection",
  explain: [
    "Each connection is an open file, and a process may have only so many (`ulimit -n`). At the limit accept() fails: clients",
    "wait without an answer, or are closed at once.",
    "Raise the limit, and look for files or connections that the server never closes.",
  ],
  symptoms: ["connected", "timeout", "reset"],
  needs: ["queues", "conversation"],
  dependsOn: ["CONTAINER_PAUSED", "PROCESS_STOPPED", "HELD_BY_DEBUGGER"],
  judge(facts) {
    for (const { each, listener } of findUnanswered(facts)) {
      const full = findFull(listener.owners);
      if (!full || !isLeftWaiting(facts, listener, each)) continue;
      const { owner, files } = full;
      const { pid } = owner.process;
      return {
        severity: "blocks",
        title: `${describeOwner(listener)} has ${files.open} of ${files.limit} files open and can't accept ${formatEndpoint(each.to)}`,
        evidence: [
          { what: `process ${pid} has ${files.open} files open`, source: `/proc/${pid}/fd` },
          { what: `it may have ${files.limit}`, source: `/proc/${pid}/limits` },
          showListener(listener),
          ...showQueue(listener, valueOf(facts.more.queues)?.get(listener.row.id)?.waiting),
          each.evidence,
        ],
        remedies: [raiseFileLimit(facts, owner, files.limit)],
      };
    }
    return undefined;
  },
};

interface Full {
  readonly owner: Owner;
  readonly files: { readonly open: number; readonly limit: number };
}

/** One of the owners, where all of them are at their limit. */
function findFull(owners: readonly Owner[]): Full | undefined {
  const all = owners.flatMap((owner) => {
    const files = valueOf(owner.health)?.files;
    return files && files.open >= files.limit ? [{ owner, files }] : [];
  });
  return all.length === owners.length ? all[0] : undefined;
}

/** The connection was not taken out of the queue, or was closed at once (libuv does that at the limit). */
function isLeftWaiting({ more }: Facts, listener: Listener, { met }: Try): boolean {
  const queue = valueOf(more.queues)?.get(listener.row.id);
  return met !== "answer" || (queue !== undefined && !queue.accepted);
}
