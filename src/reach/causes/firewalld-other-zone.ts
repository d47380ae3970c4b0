import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { findStoppedByZone } from "../reading/stop-kind.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { letIn } from "../remedies/firewall.ts";
import { describeEnd, describeWay, showStopped } from "../words/describe-stopped.ts";

export const firewalldOtherZone: Cause = {
  code: "FIREWALLD_OTHER_ZONE",
  stage: "firewall",
  summary: "firewalld lets the port in, but in another zone than the one that these clients come to",
  explain: [
    "firewalld sorts what comes in into zones: by the client's address where a zone has it as a source, else by the",
    "interface, else into the default zone. What one zone lets in says nothing of another.",
    "Open the port in the zone that the clients come to, or move the interface: `firewall-cmd --get-active-zones` shows both.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: ["FIREWALLD_NOT_LOADED"],
  judge(facts) {
    const firewalld = valueOf(facts.more.firewall)?.firewalld;
    const first = firewalld && findStoppedByZone(facts, firewalld.zone);
    const [other] = firewalld?.elsewhere ?? [];
    if (!firewalld || !other || first?.way.kind !== "in" || first.stop.lost !== "request") return undefined;
    const by = first.way.interface;
    const move = ["sudo", "firewall-cmd", `--zone=${other.zone}`, `--change-interface=${by ?? "IF"}`];
    return {
      severity: stopSeverity(facts, first),
      title: `${describeWay(facts, first)} is ${describeEnd(first.verdict)} by firewalld: it comes to zone ${firewalld.zone}, and port ${facts.request.target.port} is open in zone ${other.zone}`,
      evidence: [
        { what: `zone ${other.zone} has \`${other.opening}\``, source: "firewall-cmd" },
        ...showStopped(facts, first),
      ],
      remedies: [
        letIn(facts),
        ...(by === undefined
          ? []
          : [
              {
                what: `put ${by} into zone ${other.zone}, with all that this zone lets in`,
                commands: [move],
                risk: "exposes" as const,
                undo: `\`sudo firewall-cmd --zone=${firewalld.zone} --change-interface=${by}\``,
              },
            ]),
      ],
    };
  },
};
