import { browsersRefuse } from "../../core/browser-ports.ts";
import type { Cause } from "../cause.ts";
import { isReached } from "../reading/failures.ts";
import { isWebServer } from "../recognize/server.ts";
import { findServing } from "../reading/tries.ts";

export const browserPort: Cause = {
  code: "BROWSER_PORT",
  stage: "client",
  summary: "browsers refuse to open this port, whatever listens there (ERR_UNSAFE_PORT)",
  explain: [
    "Browsers keep web pages from ports of other protocols (mail, X11, SIP, IRC, …): the list of bad ports in the Fetch standard.",
    "curl and every other client get there; Chrome says ERR_UNSAFE_PORT, Firefox `this address is restricted`, fetch() of Node",
    "`bad port`. Give the server another port.",
  ],
  symptoms: ["connected"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    const { port, url, protocol } = facts.request.target;
    if (protocol !== "tcp" || !browsersRefuse(port) || !isReached(facts)) return undefined;
    const isWeb = findServing(facts).some(({ owners }) => owners.some(({ server }) => isWebServer(server)));
    if (!url && !isWeb) return undefined;
    return {
      severity: "warning",
      title: `browsers refuse port ${port} (ERR_UNSAFE_PORT), though other clients get there`,
      evidence: [{ what: `${port} is on the list of bad ports`, source: "Fetch standard" }],
      remedies: [{ what: "give the server another port, 8000 for one", commands: [], risk: "restart" }],
    };
  },
};
