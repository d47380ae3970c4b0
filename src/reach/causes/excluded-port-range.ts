import type { Cause } from "../cause.ts";
import { isReached } from "../reading/failures.ts";
import { findServing } from "../reading/tries.ts";

export const excludedPortRange: Cause = {
  code: "EXCLUDED_PORT_RANGE",
  stage: "socket",
  summary: "nobody listens, and nobody can: Windows keeps the port for Hyper-V, WSL or an administrator",
  explain: [
    "Windows sets ranges of ports aside at each start (Hyper-V, WSL, Docker Desktop), and a server that asks for one of them",
    "fails with 10013 (WSAEACCES), though nobody has it. `netsh int ipv4 show excludedportrange tcp` lists them.",
    "Take another port, or restart winnat so that the ranges are made anew.",
  ],
  symptoms: ["refused", "timeout"],
  needs: ["refusal"],
  dependsOn: ["PORTPROXY_STOPPED"],
  judge(facts) {
    const { refusal } = facts.more;
    if (!facts.isLocal || refusal?.because !== "excluded-range" || isReached(facts)) return undefined;
    if (findServing(facts).length > 0) return undefined;
    const { port, protocol } = facts.request.target;
    return {
      severity: "blocks",
      title: `nobody listens on port ${port}, and no server can: ${refusal.what}`,
      evidence: [
        { what: refusal.what, source: "netsh" },
        { what: `no ${protocol.toUpperCase()} socket serves on port ${port}`, source: "socket table" },
      ],
      remedies: [
        { what: "start the server on another port", commands: [], risk: "restart" },
        { what: refusal.hint, commands: [], risk: "restart" },
      ],
    };
  },
};
