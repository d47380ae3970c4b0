import { formatHostPort, isAny } from "../../core/address.ts";
import type { Cause } from "../cause.ts";
import { findFailed, findSilent } from "../reading/failures.ts";
import { START_IPHLPSVC } from "../remedies/windows.ts";
import { valueOf } from "../../core/seen.ts";

export const portproxyStopped: Cause = {
  code: "PORTPROXY_STOPPED",
  stage: "socket",
  summary: "Windows is to forward the port (netsh portproxy), and the service that does it is stopped",
  explain: [
    "`netsh interface portproxy` only writes down what is to be forwarded; the service IP Helper (iphlpsvc) does it. While it is",
    "stopped, nobody listens on the port.",
    "Start the service, and let it start with Windows.",
  ],
  symptoms: ["refused", "timeout"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    const { windows } = facts.machine;
    if (!facts.isLocal || !windows || valueOf(windows.portProxyService) !== "stopped") return undefined;
    const failed = [...findFailed(facts, "refused"), ...findSilent(facts)].map(({ each }) => each);
    const proxies = valueOf(windows.portProxies) ?? [];
    for (const each of failed) {
      const proxy = proxies.find(({ listen: { address, port } }) => {
        const same = address.text === each.to.address.text || isAny(address);
        return port === each.to.port && same && address.family === each.to.address.family;
      });
      if (!proxy) continue;
      const { listen, to } = proxy;
      const from = formatHostPort(listen.address, listen.port);
      return {
        severity: "blocks",
        title: `Windows is to forward ${from} to ${to.host}:${to.port}, and its service iphlpsvc is stopped`,
        evidence: [
          { what: `${from} is forwarded to ${to.host}:${to.port}`, source: "netsh interface portproxy" },
          { what: "iphlpsvc is stopped", source: "service manager" },
          each.evidence,
        ],
        remedies: [START_IPHLPSVC],
      };
    }
    return undefined;
  },
};
