import { formatEndpoint } from "../../core/endpoint.ts";
import type { Evidence } from "../../core/finding.ts";
import type { Cause, Judged } from "../cause.ts";
import { mainOwner, describeOwner } from "../words/describe.ts";
import { isReached } from "../reading/failures.ts";
import type { Facts } from "../facts.ts";
import { restartStuck } from "../remedies/limits.ts";
import { describeSpeaker, describeTaking, HANDSHAKE, listenerAt, talkFailure } from "../reading/talks.ts";
import { findMeantTries, findServingAt } from "../reading/tries.ts";

export const closedWithoutAnswer: Cause = {
  code: "CLOSED_WITHOUT_ANSWER",
  stage: "protocol",
  summary: "the connection is taken, and closed or reset without an answer (empty reply)",
  explain: [
    "`Empty reply from server`, `connection reset by peer`: somebody took the connection and gave it up. The server crashed on",
    "the request, does not speak this protocol, lets only some clients in, or only hands on to another one that is not there.",
    "The server's log says more; for a forwarder, ask for what is behind it.",
  ],
  symptoms: ["connected", "reset"],
  needs: ["conversation"],
  dependsOn: [
    "SCHEME_MISMATCH",
    "NOT_HTTP",
    "FILES_EXHAUSTED",
    "CONTAINER_PORT_DEAD",
    "CONTAINER_LOCALHOST_IPV6",
    "CONTAINER_PAUSED",
    "PROCESS_STOPPED",
  ],
  judge(facts) {
    return facts.more.conversation ? judgeTalk(facts) : judgeConnection(facts);
  },
};

function judgeTalk(facts: Facts): Judged | undefined {
  const { conversation } = facts.more;
  const failed = talkFailure(facts);
  const kind = failed?.failure.kind;
  if (!conversation || !failed || (kind !== "closed" && kind !== "reset")) return undefined;
  const how = kind === "closed" ? "closes it without an answer" : "resets it";
  const asked = failed.asked;
  const listener = listenerAt(facts, conversation.to);
  return {
    severity: "blocks",
    title: `${describeTaking(describeSpeaker(facts, conversation), conversation.to)} and ${how}`,
    evidence: [
      {
        what: `after ${asked === HANDSHAKE ? "our TLS ClientHello" : asked}, the connection was ${kind}`,
        source: "connection",
      },
      ...showGreeting(facts),
    ],
    remedies: [
      { what: `see what the server logs about ${asked}`, commands: [], risk: "none" },
      ...restartStuck(listener && mainOwner(listener.owners)).slice(-1),
    ],
  };
}

/** Nothing was said, and every address of the target that takes connections gives them up at once. */
function judgeConnection(facts: Facts): Judged | undefined {
  if (isReached(facts)) return undefined;
  const given = facts.attempts.filter(({ outcome }) => {
    return outcome.kind === "connected" && (outcome.greeting.kind === "closed" || outcome.greeting.kind === "reset");
  });
  const [first] = findMeantTries(facts).filter(({ to }) => given.some((attempt) => attempt.to === to));
  const outcome = given.find((attempt) => attempt.to === first?.to)?.outcome;
  if (!first || outcome?.kind !== "connected") return undefined;
  const isReset = outcome.greeting.kind === "reset";
  const [listener] = facts.isLocal ? findServingAt(facts, first.to) : [];
  const who = listener ? describeOwner(listener) : formatEndpoint(first.to);
  return {
    severity: isReset ? "blocks" : "warning",
    title: `${describeTaking(who, first.to)} and ${isReset ? "resets" : "closes"} it at once`,
    evidence: [first.evidence],
    remedies: [
      { what: "see the server's log; if it only hands on, see what is behind it", commands: [], risk: "none" },
    ],
  };
}

function showGreeting(facts: Facts): readonly Evidence[] {
  return findMeantTries(facts)
    .filter(({ met }) => met === "other")
    .slice(0, 1)
    .map(({ evidence }) => evidence);
}
