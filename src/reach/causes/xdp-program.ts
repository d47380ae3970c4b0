import { formatEndpoint } from "../../core/endpoint.ts";
import type { Cause } from "../cause.ts";
import { describeSilence, findDropped, severityFor } from "../reading/failures.ts";
import { interfaceNamed, routeTo, showRoute } from "../reading/ways.ts";

export const xdpProgram: Cause = {
  code: "XDP_PROGRAM",
  stage: "firewall",
  summary:
    "answers come in by an interface with an XDP program, which sees packets before every rule, and none arrives",
  explain: [
    "An XDP program (BPF) is asked in the network driver, before any rule of iptables or nftables, and may drop what it likes:",
    "no table shows it and no counter of theirs moves. Load balancers, DDoS filters and network plugins attach them.",
    "`ip link show dev IF` shows its id, `bpftool prog show id N` what it is; `ip link set dev IF xdp off` takes it off.",
  ],
  symptoms: ["timeout"],
  needs: ["routes", "firewall"],
  dependsOn: ["NEIGHBOUR_SILENT", "NO_RETURN_ROUTE", "FIREWALL_DROPS", "ANSWER_DROPPED", "VPN_KILL_SWITCH"],
  judge(facts) {
    const [dropped] = findDropped(facts);
    const route = dropped && routeTo(facts, dropped.each.to.address);
    const by = interfaceNamed(facts, route?.interface);
    // What a machine says to itself stays on `lo`.
    if (facts.isLocal || !dropped || !route || by?.xdp === undefined) return undefined;
    const { name, xdp } = by;
    return {
      severity: severityFor(facts),
      title: `${formatEndpoint(dropped.each.to)} does not answer, and ${name}, by which its answers come in, has an XDP program (id ${xdp}) that sees them before every rule`,
      evidence: [
        { what: `${name} has the XDP program ${xdp}`, source: "network interfaces" },
        { what: describeSilence(dropped), source: "connect" },
        showRoute(route),
      ],
      remedies: [
        { what: "see what it is", commands: [["sudo", "bpftool", "prog", "show", "id", String(xdp)]], risk: "none" },
        {
          what: `take it off ${name}, if nothing needs it there: whoever attached it can put it back`,
          commands: [["sudo", "ip", "link", "set", "dev", name, "xdp", "off"]],
          risk: "weakens",
        },
      ],
    };
  },
};
