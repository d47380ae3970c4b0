import type { Cause } from "../cause.ts";
import { findStopped } from "../reading/stop-kind.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { describeDecider } from "../words/describe-rule.ts";
import { describeEnd, describeWay, showStopped } from "../words/describe-stopped.ts";
import { mendStopped } from "../remedies/firewall.ts";

export const containerToHost: Cause = {
  code: "CONTAINER_TO_HOST",
  stage: "firewall",
  summary: "containers are kept from this machine by its own firewall",
  explain: [
    "What a container sends to its host (host.docker.internal, 172.17.0.1) comes in by a bridge (docker0, br-…) and goes",
    "through the rules for this machine itself: ufw and firewalld refuse it, as they do others.",
    "Let the containers' network in to this port; it opens nothing to the LAN.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: ["FIREWALLD_NOT_LOADED", "FIREWALLD_OTHER_ZONE"],
  judge(facts) {
    const [first] = findStopped(facts, "container");
    if (!first) return undefined;
    const does = describeEnd(first.verdict);
    return {
      severity: stopSeverity(facts, first),
      title: `${describeWay(facts, first)} is ${does} by ${describeDecider(first.verdict)}: containers come in like strangers`,
      evidence: showStopped(facts, first),
      remedies: mendStopped(facts, first),
    };
  },
};
