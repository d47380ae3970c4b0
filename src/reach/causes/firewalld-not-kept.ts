import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { EVERY_OUTCOME, listStopped } from "../reading/stopped.ts";

export const firewalldNotKept: Cause = {
  code: "FIREWALLD_NOT_KEPT",
  stage: "firewall",
  summary: "firewalld lets the port in now, and no longer after its next reload or restart",
  explain: [
    "firewalld has two configurations: what is changed without `--permanent` is in force at once, and lost with the next",
    "`--reload`, restart or boot: it works, and then it does not.",
    "Add the same again with `--permanent`, or keep all that is in force: `firewall-cmd --runtime-to-permanent`.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: [],
  judge(facts) {
    const firewalld = valueOf(facts.more.firewall)?.firewalld;
    const [now] = firewalld?.onlyNow ?? [];
    if (!firewalld || now === undefined || listStopped(facts).length > 0) return undefined;
    const { zone } = firewalld;
    const option = optionOf(now);
    const change = (verb: string) => ["sudo", "firewall-cmd", "--permanent", `--zone=${zone}`, `--${verb}-${option}`];
    return {
      severity: "warning",
      title: `firewalld lets port ${facts.request.target.port} in for now: \`${now}\` of zone ${zone} is not in its permanent configuration, and gone with the next reload`,
      evidence: [
        {
          what: `\`${now}\` is in force in zone ${zone}, and not in the permanent configuration`,
          source: "firewall-cmd",
        },
      ],
      remedies: [
        { what: "keep it", commands: [change("add")], risk: "none", undo: `\`${change("remove").join(" ")}\`` },
      ],
    };
  },
};

/** As firewall-cmd takes it: `port=8000/tcp`, `service=http`, `rich-rule=rule …`. */
function optionOf(opening: string): string {
  if (opening.startsWith("service ")) return opening.replace(" ", "=");
  return opening.startsWith("rule ") ? `rich-rule=${opening}` : `port=${opening}`;
}
