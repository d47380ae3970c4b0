import { formatEndpoint } from "../../core/endpoint.ts";
import { valueOf } from "../../core/seen.ts";
import { findBehind } from "../reading/behind-forwarder.ts";
import type { Cause, Judged } from "../cause.ts";
import { describeContainer, describeOwner, mainOwner } from "../words/describe.ts";
import { describeNamespace } from "../words/describe-namespace.ts";
import { showListener, showQueue } from "../words/evidence.ts";
import type { Facts } from "../facts.ts";
import { describeHalt, findHalted, hasAnswered } from "../reading/halted.ts";
import { thawProcess, unpauseContainer } from "../remedies/halted-process.ts";

export const containerPaused: Cause = {
  code: "CONTAINER_PAUSED",
  stage: "process",
  summary: "the server's container (or control group) is paused: connections are taken, and nobody answers",
  explain: [
    "`docker pause` freezes every process of a container. The kernel goes on taking connections for them, which then get no",
    "data, until so many wait that new ones time out. `systemctl freeze` does the same to a unit.",
    "`docker unpause NAME` lets it run again.",
  ],
  symptoms: ["connected", "timeout"],
  needs: ["namespaces", "conversation"],
  dependsOn: [],
  judge: (facts) => judgeOwner(facts) ?? judgeBehind(facts),
};

/** The process that has the socket is frozen itself. */
function judgeOwner(facts: Facts): Judged | undefined {
  const found = findHalted(facts, "frozen");
  const owner = found && mainOwner(found.listener.owners);
  if (!found || !owner) return undefined;
  const container = valueOf(owner.health)?.container;
  const halt = describeHalt(found, formatEndpoint(found.each.to));
  const what = container ? `${describeContainer(container)} is paused` : "its control group is frozen";
  return {
    severity: "blocks",
    title: `${describeOwner(found.listener)} can't run, ${what}: ${halt}`,
    evidence: [
      {
        what: `the control group of process ${owner.process.pid} is frozen`,
        source: `/proc/${owner.process.pid}/cgroup`,
      },
      showListener(found.listener),
      ...showQueue(found.listener),
      found.each.evidence,
    ],
    remedies: [container ? unpauseContainer(container) : thawProcess(owner)],
  };
}

/** It is the container behind a published port. */
function judgeBehind(facts: Facts): Judged | undefined {
  if (hasAnswered(facts)) return undefined;
  const found = findBehind(facts).find(({ namespace }) => valueOf(namespace?.health)?.state === "frozen");
  if (!found?.namespace) return undefined;
  const { each, listener, namespace } = found;
  const halt = describeHalt({ each, listener }, formatEndpoint(each.to));
  return {
    severity: "blocks",
    title: `${describeNamespace(namespace)} is paused: ${halt}`,
    evidence: [
      {
        what: `the control group of its process ${namespace.leader.pid} is frozen`,
        source: `/proc/${namespace.leader.pid}/cgroup`,
      },
      showListener(listener),
      each.evidence,
    ],
    remedies: namespace.container ? [unpauseContainer(namespace.container)] : [],
  };
}
