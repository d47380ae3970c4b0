import { formatEndpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { findFailed, severityFor } from "../reading/failures.ts";
import type { Facts } from "../facts.ts";
import { lacksIPv6 } from "../reading/lacks-ipv6.ts";

export const noLocalPort: Cause = {
  code: "NO_LOCAL_PORT",
  stage: "client",
  summary: "this machine has no port left to connect from: those for outgoing connections are all in use",
  explain: [
    "Every connection needs a port at our end, from the range for outgoing connections (ephemeral ports). Where many short",
    "connections go to one place, each keeps its port for a minute after its end (TIME_WAIT), and connect() then fails with",
    "EADDRNOTAVAIL. Let clients keep connections open; a wider range helps for a while.",
  ],
  symptoms: ["no-local-port"],
  needs: ["kernel"],
  dependsOn: ["WILDCARD_DESTINATION"],
  judge(facts) {
    const [lost] = findFailed(facts, "no-local-port").filter((failed) => !lacksIPv6(facts, failed));
    if (!lost) return undefined;
    const range = valueOf(facts.more.kernel)?.ephemeralPorts;
    const text = range && `${range.first} to ${range.last}`;
    return {
      severity: severityFor(facts),
      title: `no local port is left to connect to ${formatEndpoint(lost.each.to)} from${text === undefined ? "" : `: ${text} are in use`} (${lost.shown})`,
      evidence: [
        lost.each.evidence,
        ...(range
          ? [{ what: `${range.last - range.first + 1} ports are for outgoing connections: ${text}`, source: "sysctl" }]
          : []),
      ],
      remedies: findRemedies(facts, range),
    };
  },
};

function findRemedies(
  { system }: Facts,
  range: { readonly first: number; readonly last: number } | undefined,
): readonly Remedy[] {
  const keep: Remedy = {
    what: "let the clients keep their connections open (HTTP keep-alive, a pool), so that they need fewer",
    commands: [],
    risk: "none",
  };
  const wanted = { first: 10_240, last: 65_535 };
  if (system !== "linux" || !range || range.last - range.first >= wanted.last - wanted.first) return [keep];
  const widen: Remedy = {
    what: "use more ports for outgoing connections",
    commands: [["sudo", "sysctl", "-w", `net.ipv4.ip_local_port_range=${wanted.first} ${wanted.last}`]],
    risk: "none",
    undo: `\`sudo sysctl -w net.ipv4.ip_local_port_range="${range.first} ${range.last}"\``,
  };
  return [keep, widen];
}
