import { formatEndpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeOwner, mainOwner } from "../words/describe.ts";
import { showListener, showQueue } from "../words/evidence.ts";
import type { Facts, Owner } from "../facts.ts";
import { findUnanswered } from "../reading/halted.ts";
import { restartStuck } from "../remedies/limits.ts";

export const acceptStuck: Cause = {
  code: "ACCEPT_STUCK",
  stage: "process",
  summary: "the server does not accept: connections wait in its queue, and nobody takes them out",
  explain: [
    "The kernel takes connections into a queue; the server takes them out with accept(). One that computes without end, waits",
    "for something else, or handles one client at a time leaves them there: clients connect and get no data.",
    "See what it is doing (py-spy, jstack, a debugger), and restart it.",
  ],
  symptoms: ["connected"],
  needs: ["queues", "conversation"],
  dependsOn: ["CONTAINER_PAUSED", "PROCESS_STOPPED", "HELD_BY_DEBUGGER", "FILES_EXHAUSTED", "BACKLOG_FULL"],
  judge(facts) {
    const queues = valueOf(facts.more.queues);
    for (const { each, listener } of findUnanswered(facts)) {
      const queue = queues?.get(listener.row.id);
      if (!queue || queue.accepted || queue.waiting === 0 || each.met !== "answer") continue;
      const owner = mainOwner(listener.owners);
      return {
        severity: "blocks",
        title: `${describeOwner(listener)} does not accept: ${formatEndpoint(each.to)} takes connections, and nobody answers`,
        evidence: [
          ...showQueue(listener, queue.waiting),
          { what: `none of them was accepted within ${Math.round(queue.forMs)} ms`, source: "socket table" },
          ...(owner ? showState(owner) : []),
          showListener(listener),
        ],
        remedies: owner ? restartStuck(owner) : [lookAsRoot(facts)],
      };
    }
    return undefined;
  },
};

/** Whose it is, only root may see. */
function lookAsRoot({ system, request: { target } }: Facts): Remedy {
  const argv = ["portguard", "reach", target.text];
  return {
    what: `see as ${system === "windows" ? "administrator" : "root"} which process it is, and restart that`,
    commands: [system === "windows" ? argv : ["sudo", ...argv]],
    risk: "restart",
  };
}

function showState({ process: { pid }, health }: Owner) {
  const state = valueOf(health)?.state;
  if (state === undefined) return [];
  const doing = DOING[state];
  return doing === undefined ? [] : [{ what: `process ${pid} ${doing}`, source: `/proc/${pid}/stat` }];
}

const DOING = {
  running: "is computing",
  sleeping: "waits for something else",
  "waiting-for-disk": "waits for a disk",
  stopped: undefined,
  traced: undefined,
  frozen: undefined,
  zombie: "has ended, and its parent has not taken notice",
} as const;
