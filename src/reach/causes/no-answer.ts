import type { Cause } from "../cause.ts";
import { mainOwner } from "../words/describe.ts";
import { showListener } from "../words/evidence.ts";
import { restartStuck } from "../remedies/limits.ts";
import { describeSpeaker, describeTaking, listenerAt, talkFailure } from "../reading/talks.ts";

export const noAnswer: Cause = {
  code: "NO_ANSWER",
  stage: "protocol",
  summary: "the connection is taken, the request too, and no answer comes",
  explain: [
    "Somebody accepted the connection and says nothing: the server works on something else, waits for a database or another",
    "server, or speaks another protocol and waits for it. Over a VPN or tunnel, packets that are too large may be lost.",
    "See what the server is doing; `--timeout` waits longer.",
  ],
  symptoms: ["connected"],
  needs: ["conversation"],
  dependsOn: [
    "CONTAINER_PAUSED",
    "PROCESS_STOPPED",
    "HELD_BY_DEBUGGER",
    "FILES_EXHAUSTED",
    "BACKLOG_FULL",
    "ACCEPT_STUCK",
    "CONTAINER_PORT_DEAD",
    "CONTAINER_LOCALHOST_IPV6",
    "MTU_BLACK_HOLE",
    "NOT_HTTP",
  ],
  judge(facts) {
    const { conversation } = facts.more;
    const failed = talkFailure(facts);
    if (!conversation || failed?.failure.kind !== "silent") return undefined;
    const listener = listenerAt(facts, conversation.to);
    const { timeoutMs, target } = facts.request;
    return {
      severity: "blocks",
      title: `${describeTaking(describeSpeaker(facts, conversation), conversation.to)} and does not answer ${failed.asked} within ${Math.round(failed.failure.afterMs)} ms`,
      evidence: [
        {
          what: `no complete answer came back for ${failed.asked} in ${Math.round(failed.failure.afterMs)} ms`,
          source: "connection",
        },
        ...(listener ? [showListener(listener)] : []),
      ],
      remedies: [
        {
          what: "wait longer, in case it is only slow",
          commands: [["portguard", "reach", target.text, "--timeout", `${Math.ceil((timeoutMs * 5) / 1000)}s`]],
          risk: "none",
        },
        ...restartStuck(listener && mainOwner(listener.owners)),
      ],
    };
  },
};
