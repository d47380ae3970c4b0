import { formatEndpoint } from "../../core/endpoint.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeSilence, findDropped, severityFor } from "../reading/failures.ts";

export const conntrackFull: Cause = {
  code: "CONNTRACK_FULL",
  stage: "firewall",
  summary: "the kernel's table of connections is full, so it drops new ones",
  explain: [
    "A firewall that knows connections (conntrack, NAT, docker) keeps an entry for each. When the table is full the kernel drops",
    "the first packet of every new one: `nf_conntrack: table full, dropping packet` in its log.",
    "Raise net.netfilter.nf_conntrack_max, and see who opens so many connections.",
  ],
  symptoms: ["timeout"],
  needs: ["kernel"],
  dependsOn: [],
  judge(facts) {
    const table = valueOf(facts.more.kernel)?.conntrack;
    const [dropped] = findDropped(facts);
    if (!table || !dropped || table.count < table.max) return undefined;
    const more = Math.max(65_536, table.max * 2);
    return {
      severity: severityFor(facts),
      title: `the connection tracking table is full (${table.count} of ${table.max}): new connections such as ${formatEndpoint(dropped.each.to)} are dropped`,
      evidence: [
        { what: `${table.count} of ${table.max} entries are in use`, source: "/proc/sys/net/netfilter" },
        { what: describeSilence(dropped), source: "connect" },
      ],
      remedies: [
        {
          what: "let the table hold more",
          commands: [["sudo", "sysctl", "-w", `net.netfilter.nf_conntrack_max=${more}`]],
          risk: "none",
          undo: `\`sudo sysctl -w net.netfilter.nf_conntrack_max=${table.max}\``,
        },
        { what: "see who has so many connections", commands: [["sudo", "conntrack", "-L"]], risk: "none" },
      ],
    };
  },
};
