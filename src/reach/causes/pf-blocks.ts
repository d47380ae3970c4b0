import type { FirewallRule } from "../../core/firewall-answer.ts";
import type { Remedy } from "../../core/finding.ts";
import type { Cause } from "../cause.ts";
import type { Facts } from "../facts.ts";
import { EVERY_OUTCOME, listWays, stopSeverity } from "../reading/stopped.ts";
import { letIn } from "../remedies/firewall.ts";
import type { MacosWay } from "../ruled-way.ts";
import { describeWay } from "../words/describe-stopped.ts";
import { excerpt } from "../words/excerpt.ts";

export const pfBlocks: Cause = {
  code: "PF_BLOCKS",
  stage: "firewall",
  summary: "a rule of pf, the packet filter of macOS, blocks what comes in",
  explain: [
    "The rules of pf were read, those of its anchors too, and asked in its order: the last one that matches decides, or the first",
    "one that is `quick`. VPNs and security products put their rules into anchors of their own, which `pfctl -sr` only names.",
    "`portguard rule PORT` writes a rule into an anchor that pf asks; where an earlier one blocks with `quick`, that one has to go.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["firewall"],
  dependsOn: [],
  judge(facts) {
    const stopped = findStopped(facts);
    if (!stopped) return undefined;
    const { way, rule } = stopped;
    const { verdict, reject, asked } = way.answer;
    const does = verdict === "reject" ? `rejected (${reject})` : "dropped";
    return {
      severity: stopSeverity(facts, way),
      title: `${describeWay(facts, way)} is ${does} by ${describePlace(rule)}`,
      evidence: [
        { what: `\`${excerpt(rule.text, 160)}\` is ${describePlace(rule)}`, source: "pfctl" },
        { what: `asked for ${asked}`, source: "firewall rules" },
      ],
      remedies: [letIn(facts), showRules(rule)],
    };
  },
};

function findStopped(facts: Facts): { readonly way: MacosWay; readonly rule: FirewallRule } | undefined {
  for (const way of listWays(facts)) {
    if (way.by !== "macos") continue;
    const { verdict, rule } = way.answer;
    if (rule && (verdict === "drop" || verdict === "reject")) return { way, rule };
  }
  return undefined;
}

/** `rule 2 of pf`, `rule 1 of pf's anchor com.vpn/kill`. */
function describePlace({ table, position }: FirewallRule): string {
  return `rule ${position} of ${table === "main" ? "pf" : `pf's anchor ${table}`}`;
}

/** Whose they are, the anchor's name tells. */
function showRules({ table }: FirewallRule): Remedy {
  const place = table === "main" ? [] : ["-a", table];
  const whose = table === "main" ? "in /etc/pf.conf, or whoever loaded them" : `of whoever has the anchor ${table}`;
  return {
    what: `look at the rules that stand beside it; they are ${whose}`,
    commands: [["sudo", "pfctl", ...place, "-s", "rules"]],
    risk: "none",
  };
}
