import { ANY4, formatHostPort } from "../../core/address.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import { type Behind, findBehind, type Namespace } from "../reading/behind-forwarder.ts";
import type { Cause } from "../cause.ts";
import { describeOwner, describePlace } from "../words/describe.ts";
import { describeInner, describeNamespace, showInner } from "../words/describe-namespace.ts";
import { hasAnswered } from "../reading/halted.ts";
import { recognizeServer } from "../recognize/server.ts";
import { listenElsewhereAs } from "../remedies/listen-elsewhere.ts";
import { publishPort } from "../remedies/publish.ts";

export const containerPortDead: Cause = {
  code: "CONTAINER_PORT_DEAD",
  stage: "process",
  summary:
    "the port is published, and in the container nobody takes what comes: nothing listens, or on its loopback only",
  explain: [
    "docker-proxy takes every connection to a published port, and then tries the container. When the server in there listens",
    "on 127.0.0.1 of the container, on another port or not at all, the connection is taken and broken off at once;",
    "other machines are refused. Inside a container a server has to listen on 0.0.0.0.",
  ],
  symptoms: ["connected", "reset", "refused", "unreachable", "timeout"],
  needs: ["namespaces", "conversation"],
  dependsOn: ["CONTAINER_LOCALHOST_IPV6", "CONTAINER_PAUSED"],
  judge(facts) {
    if (hasAnswered(facts)) return undefined;
    const found = findBehind(facts).find(({ taking }) => taking.length === 0);
    if (!found || (!found.namespace && found.owner.forwarder?.by !== "docker-proxy")) return undefined;
    const { each, listener, to, namespace, inner } = found;
    const target = formatHostPort(to.address, to.port);
    return {
      severity: "blocks",
      title: `${describeOwner(listener)} hands ${formatEndpoint(each.to)} on to ${target}: ${tellWhy(found)}`,
      evidence: [
        each.evidence,
        ...(namespace
          ? [...inner, ...findOthers(found)].map((row) => showInner(namespace, row))
          : [{ what: `no network namespace has ${to.address.text}`, source: "network namespaces" }]),
      ],
      remedies: namespace ? findRemedies(found, namespace) : [START_AGAIN],
    };
  },
};

/** The proxy outlived its container, or what it hands on to was renumbered. */
const START_AGAIN: Remedy = {
  what: "start the container again, so that its ports are published anew (`docker ps -a` shows those that ended)",
  commands: [],
  risk: "restart",
};

function tellWhy({ inner, namespace, to }: Behind): string {
  const [server] = inner;
  if (!namespace) return `no container has ${to.address.text}`;
  const where = describeNamespace(namespace);
  if (!server) return `nobody listens on port ${to.port} in ${where}`;
  return `${describeInner(server)} in ${where} listens on ${describePlace(server.row)} only`;
}

/** What listens in there on other ports, where others could reach it. */
function findOthers({ inner, namespace, each }: Behind): Namespace["listeners"] {
  if (inner.length > 0 || !namespace) return [];
  const { protocol } = each.to;
  // Docker's own resolver is in every container of a user-defined network.
  return namespace.listeners
    .filter(({ row: { at } }) => at.protocol === protocol && at.address.text !== "127.0.0.11")
    .slice(0, 3);
}

function findRemedies(found: Behind, namespace: Namespace): readonly Remedy[] {
  const { inner, to, each } = found;
  const process = inner[0]?.process;
  if (process) {
    const server = recognizeServer(process);
    const { risk: _, ...remedy } = listenElsewhereAs({ process, server }, { address: ANY4, port: to.port });
    // The port is published already: who gets in was decided there.
    return [{ ...remedy, what: `in the container, ${remedy.what}`, risk: "restart" }];
  }
  const [other] = findOthers(found);
  if (!other)
    return [
      { what: "start the server in the container, or look why it ended", commands: logs(namespace), risk: "none" },
    ];
  return [publishPort(namespace.container, { port: each.to.port, inner: other.row.at.port })];
}

function logs({ container }: Namespace): Remedy["commands"] {
  const runtime = container?.runtime;
  if (!container || (runtime !== "docker" && runtime !== "podman")) return [];
  return [[runtime, "logs", "--tail", "50", container.id.slice(0, 12)]];
}
