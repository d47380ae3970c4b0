import type { Cause } from "../cause.ts";
import { findStopped } from "../reading/stop-kind.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { describeWay, showStopped } from "../words/describe-stopped.ts";

export const dnatToLoopback: Cause = {
  code: "DNAT_TO_LOOPBACK",
  stage: "firewall",
  summary: "a rule sends what comes in on to 127.0.0.1, and the kernel drops that",
  explain: [
    "DNAT to 127.0.0.1 looks like a way to a server that listens on the loopback only. The kernel takes packets from outside",
    "for 127.0.0.0/8 as forged, and drops them, unless net.ipv4.conf.IF.route_localnet is 1 for the interface they come by.",
    "Better send them on to an address of this machine (or REDIRECT), and let the server listen there.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: [],
  judge(facts) {
    const [first] = findStopped(facts, "localnet");
    if (!first) return undefined;
    const { way } = first;
    const name = way.kind === "in" && way.interface !== undefined ? way.interface : "all";
    const key = `net.ipv4.conf.${name}.route_localnet`;
    return {
      severity: stopSeverity(facts, first),
      title: `${describeWay(facts, first)} is sent on to 127.0.0.1 by a rule, and dropped by the kernel (${key} is 0)`,
      evidence: [
        ...first.verdict.trace
          .filter(({ hook, matched }) => hook === "prerouting" && matched === "yes")
          .slice(-1)
          .map(({ rule }) => ({
            what: `\`${rule.text}\` in ${rule.chain} of ${rule.table}`,
            source: "firewall rules",
          })),
        ...showStopped(facts, first),
      ],
      remedies: [
        {
          what: "let the server listen on an address that others use, and take the rule away",
          commands: [],
          risk: "exposes",
        },
        {
          what: `let the kernel send them on: everything on 127.0.0.1 is less protected on ${name} then`,
          commands: [["sudo", "sysctl", "-w", `${key}=1`]],
          risk: "weakens",
          undo: `\`sudo sysctl -w ${key}=0\``,
        },
      ],
    };
  },
};
