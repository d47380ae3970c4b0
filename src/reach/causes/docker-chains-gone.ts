import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
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
  needs: ["routes", "firewall"],
  dependsOn: [],
  judge({ more, listeners, request: { target } }) {
    if (valueOf(more.firewall)?.docker !== "gone") return undefined;
    const proxy = listeners.find(({ owners }) => owners.some(({ forwarder }) => forwarder?.by === "docker-proxy"));
    if (!proxy) return undefined;
    return {
      severity: "warning",
      title: `docker's rules are gone from the firewall: only ${describeOwner(proxy)} still hands port ${target.port} on, and containers are neither kept apart nor let out`,
      evidence: [
        { what: "no chain DOCKER in any table of iptables or nftables", source: "firewall rules" },
        { what: `${describeOwner(proxy)} has port ${target.port}`, source: "socket table" },
      ],
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
