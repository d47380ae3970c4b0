import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { findStoppedByZone } from "../reading/stop-kind.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { describeEnd, describeWay, showStopped } from "../words/describe-stopped.ts";

export const firewalldNotLoaded: Cause = {
  code: "FIREWALLD_NOT_LOADED",
  stage: "firewall",
  summary: "firewalld has the port open in its permanent configuration, which is not in force yet",
  explain: [
    "firewalld has two configurations: what `--permanent` changes is kept, and comes into force with the next `--reload` or",
    "restart; all else is in force at once, and lost then. `firewall-cmd --permanent --add-port=…` alone opens nothing.",
    "Reload it, or add the same again without `--permanent`. What is in force and not kept is lost by the reload.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: [],
  judge(facts) {
    const firewalld = valueOf(facts.more.firewall)?.firewalld;
    const first = firewalld && findStoppedByZone(facts, firewalld.zone);
    const [kept] = firewalld?.onlyKept ?? [];
    if (!firewalld || !first || kept === undefined) return undefined;
    const { zone } = firewalld;
    return {
      severity: stopSeverity(facts, first),
      title: `${describeWay(facts, first)} is ${describeEnd(first.verdict)} by firewalld: zone ${zone} has \`${kept}\` in its permanent configuration only, which is not in force`,
      evidence: [
        {
          what: `\`${kept}\` is in the permanent configuration of zone ${zone}, and not in what is in force`,
          source: "firewall-cmd",
        },
        ...showStopped(facts, first),
      ],
      remedies: [
        {
          what: "put the permanent configuration into force; what was opened without `--permanent` is lost",
          commands: [["sudo", "firewall-cmd", "--reload"]],
          risk: "exposes",
        },
      ],
    };
  },
};
