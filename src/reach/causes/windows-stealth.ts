import { formatEndpoint } from "../../core/endpoint.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeSilence, findDropped, isReached } from "../reading/failures.ts";
import { startServer } from "../remedies/start-server.ts";
import { findServing } from "../reading/tries.ts";

export const windowsStealth: Cause = {
  code: "WINDOWS_STEALTH",
  stage: "socket",
  summary: "nobody listens on the port, and Windows' firewall keeps silent about it instead of refusing",
  explain: [
    "With its firewall on, Windows does not answer for a port that nobody listens on (stealth mode): a closed port looks like",
    "one that a rule blocks, and clients wait until they give up.",
    "Start the server; no rule is needed before that.",
  ],
  symptoms: ["timeout"],
  needs: [],
  dependsOn: ["PORTPROXY_STOPPED", "EXCLUDED_PORT_RANGE"],
  judge(facts) {
    const [first] = findDropped(facts);
    if (!facts.isLocal || !first || isReached(facts) || findServing(facts).length > 0) return undefined;
    if (valueOf(facts.machine.windows?.firewallOn) !== true) return undefined;
    const { port } = facts.request.target;
    return {
      severity: "blocks",
      title: `nobody listens on port ${port}, and Windows' firewall keeps silent about ${formatEndpoint(first.each.to)}`,
      evidence: [
        { what: `no TCP socket serves on port ${port}`, source: "socket table" },
        { what: "a firewall profile is on", source: "Windows firewall" },
        { what: describeSilence(first), source: "connect" },
      ],
      remedies: [startServer(facts)],
    };
  },
};
