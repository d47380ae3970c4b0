import { valueOf } from "../../core/seen.ts";
import type { Evidence } from "../../core/finding.ts";
import type { Cause } from "../cause.ts";
import type { Facts } from "../facts.ts";
import { EVERY_OUTCOME } from "../reading/stopped.ts";
import { describeOwner } from "../words/describe.ts";

export const dockerChainsGone: Cause = {
  code: "DOCKER_CHAINS_GONE",
  stage: "firewall",
  summary: "docker runs, and its rules are gone from the firewall: something flushed them",
  explain: [
    "`nft flush ruleset` (also as the first line of /etc/nftables.conf), `iptables -F` and a firewall that is started after",
    "docker take docker's own chains away with all others. Then containers are no longer kept apart, their published ports",
    "are served by docker-proxy alone, if at all, and they reach nothing outside, since nothing masquerades them.",
    "`systemctl restart docker` writes them anew. Flush your own table only: `flush table inet filter`.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall", "namespaces"],
  dependsOn: [],
  judge(facts) {
    if (valueOf(facts.more.firewall)?.docker !== "gone") return undefined;
    const { port } = facts.request.target;
    const proxy = facts.listeners.find(({ owners }) =>
      owners.some(({ forwarder }) => forwarder?.by === "docker-proxy"),
    );
    const containers = proxy ? [] : findContainers(facts);
    if (!proxy && containers.length === 0) return undefined;
    const seenThere: Evidence = proxy
      ? { what: `${describeOwner(proxy)} has port ${port}`, source: "socket table" }
      : { what: `${sayContainers(containers.length)} behind docker's bridge`, source: "network namespaces" };
    const left = proxy
      ? `only ${describeOwner(proxy)} still hands port ${port} on, and containers are neither kept apart nor let out`
      : `no port that ${sayContainers(containers.length)} had published by them can be reached any more, ${port} perhaps among them`;
    return {
      severity: "warning",
      title: `docker's rules are gone from the firewall: ${left}`,
      evidence: [{ what: "no chain DOCKER in any table of iptables or nftables", source: "firewall rules" }, seenThere],
      remedies: [
        {
          what: "have docker write its rules anew; without live-restore its containers are restarted",
          commands: [["sudo", "systemctl", "restart", "docker"]],
          risk: "restart",
        },
      ],
    };
  },
};

/** Docker's own bridge; a docker without root has none here, and writes no rules. */
const BRIDGE = /^(?:docker\d|br-)/;

function findContainers({ interfaces, more }: Facts) {
  if (!interfaces.some(({ name }) => BRIDGE.test(name))) return [];
  return (valueOf(more.namespaces) ?? []).filter(({ container }) => container?.runtime === "docker");
}

function sayContainers(count: number): string {
  return count === 1 ? "a container" : `${count} containers`;
}
