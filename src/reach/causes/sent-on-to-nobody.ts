import { formatHostPort } from "../../core/address.ts";
import type { Remedy } from "../../core/finding.ts";
import type { Cause } from "../cause.ts";
import { findNatRule } from "../reading/nat-rule.ts";
import { listSentOn, type SentOn } from "../reading/sent-on.ts";
import { EVERY_OUTCOME, listWays } from "../reading/stopped.ts";
import { describeSentOn } from "../words/describe-sent-on.ts";
import { showRule } from "../words/describe-rule.ts";

export const sentOnToNobody: Cause = {
  code: "SENT_ON_TO_NOBODY",
  stage: "process",
  summary: "the port is published: a rule sends what comes to a container or another port, where nobody takes it",
  explain: [
    "DNAT and REDIRECT rules (docker's for a published port are such) change where a connection goes, and the firewall lets",
    "it through; but at the other end nobody listens, so that its client is refused.",
    "Start the server there; inside a container it has to listen on 0.0.0.0, and on the port that is published.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall", "namespaces"],
  dependsOn: ["CONTAINER_PORT_DEAD", "CONTAINER_PAUSED", "CONTAINER_LOCALHOST_IPV6"],
  judge(facts) {
    const all = listSentOn(facts).filter(({ way: { verdict } }) => verdict.kind === "accept");
    const dead = all.find(isDead);
    if (!dead?.met) return undefined;
    const isOnly = listWays(facts).length === all.length && all.every(isDead);
    const rule = findNatRule(dead.way);
    return {
      severity: isOnly ? "blocks" : "warning",
      title: `${describeSentOn(facts, dead)}, where nobody takes it`,
      evidence: [dead.met.evidence, ...(rule ? [showRule(rule)] : [])],
      remedies: [startThere(dead)],
    };
  },
};

/** Refused there, or nobody has the address: silence may have other reasons. */
function isDead({ met }: SentOn): boolean {
  return met?.met === "refused" || met?.met === "other";
}

function startThere({ to, namespace }: SentOn): Remedy {
  const at = formatHostPort(to.address, to.port);
  const container = namespace?.container;
  const logs = container?.runtime === "docker" || container?.runtime === "podman" ? container : undefined;
  return {
    what: to.forwarded
      ? `start the server there, on 0.0.0.0:${to.port}, or look why it ended`
      : `start the server on port ${to.port}`,
    commands: logs ? [[logs.runtime, "logs", "--tail", "50", logs.id.slice(0, 12)]] : [["portguard", "reach", at]],
    risk: "none",
  };
}
