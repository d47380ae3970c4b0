import { ANY4, formatHostPort } from "../../core/address.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import { findBehind } from "../reading/behind-forwarder.ts";
import type { Cause } from "../cause.ts";
import { describeOwner } from "../words/describe.ts";
import { describeInner, describeNamespace, showInner } from "../words/describe-namespace.ts";
import { hasAnswered } from "../reading/halted.ts";
import { recognizeServer } from "../recognize/server.ts";
import { listenElsewhereAs } from "../remedies/listen-elsewhere.ts";

export const containerLocalhostIpv6: Cause = {
  code: "CONTAINER_LOCALHOST_IPV6",
  stage: "process",
  summary: "in the container `localhost` is ::1, and the server listens there while the published port goes to IPv4",
  explain: [
    "A published port is handed on to the container's own IPv4 address. A server in there that was told `localhost` listens",
    "on what the container's hosts file says that is: ::1 only. The connection is taken outside, and closed.",
    "Tell the server 0.0.0.0 instead of localhost.",
  ],
  symptoms: ["connected", "reset", "refused"],
  needs: ["namespaces", "conversation"],
  dependsOn: ["CONTAINER_PAUSED"],
  judge(facts) {
    if (hasAnswered(facts)) return undefined;
    const found = findBehind(facts).find(
      ({ to, inner, namespace }) =>
        to.address.family === 4 &&
        inner.length > 0 &&
        inner.every(({ row }) => row.at.address.text === "::1") &&
        namespace?.localhost?.[0]?.text === "::1",
    );
    const server = found?.inner[0];
    if (!found?.namespace || !server) return undefined;
    const { each, to, namespace } = found;
    const target = formatHostPort(to.address, to.port);
    const where = describeNamespace(namespace);
    return {
      severity: "blocks",
      title: `in ${where} localhost is ::1, where ${describeInner(server)} listens: ${formatEndpoint(each.to)} goes to ${target}`,
      evidence: [
        showInner(namespace, server),
        {
          what: `localhost is ${namespace.localhost?.map(({ text }) => text).join(", ")} there`,
          source: "/etc/hosts of the container",
        },
        { what: `${describeOwner(found.listener)} hands on to ${target}`, source: "its command line" },
        each.evidence,
      ],
      remedies: server.process
        ? [
            listenElsewhereAs(
              { process: server.process, server: recognizeServer(server.process) },
              { address: ANY4, port: to.port },
            ),
          ]
        : [],
    };
  },
};
