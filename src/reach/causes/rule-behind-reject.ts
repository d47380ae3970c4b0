import type { Remedy } from "../../core/finding.ts";
import type { RuleRef } from "../../firewall/verdict.ts";
import type { Cause } from "../cause.ts";
import { findLateAccept, findStopped } from "../reading/stop-kind.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { recognizeRuleOwner } from "../../firewall/rule-owner.ts";
import { letIn, mendStopped } from "../remedies/firewall.ts";
import { describeDecider, describeRulePlace, showRule, toolOf } from "../words/describe-rule.ts";
import { describeEnd, describeWay, showStopped } from "../words/describe-stopped.ts";

export const ruleBehindReject: Cause = {
  code: "RULE_BEHIND_REJECT",
  stage: "firewall",
  summary: "there is a rule that lets the port in, but it stands behind the one that turns everything away",
  explain: [
    "The first rule that matches decides. `iptables -A INPUT … -j ACCEPT` puts a rule at the end, and where the chain ends",
    "with REJECT or DROP already (Oracle's images, many how-tos), it is never asked.",
    "Put it before: `-I INPUT` in the place of `-A INPUT`, `nft insert rule` in the place of `nft add rule`.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: [],
  judge(facts) {
    const [first] = findStopped(facts, "behind-reject");
    const late = first && findLateAccept(first);
    const blocker = first?.verdict.rule;
    if (!first || !late || !blocker) return undefined;
    const does = describeEnd(first.verdict);
    const remedies = [...moveBefore(late, blocker), ...(first.way.kind === "in" ? [letIn(facts)] : [])];
    return {
      severity: stopSeverity(facts, first),
      title: `${describeWay(facts, first)} is ${does} by ${describeDecider(first.verdict)}: rule ${late.position}, which would let it in, comes too late`,
      evidence: [showRule(late), ...showStopped(facts, first)],
      remedies: remedies.length > 0 ? remedies : mendStopped(facts, first),
    };
  },
};

/**
 * The same rule again, before the one that stops it; then the late one has nothing to do any more. In the chains of a
 * manager, its own tool does that, and what is put there by hand is lost.
 */
function moveBefore(late: RuleRef, blocker: RuleRef): readonly Remedy[] {
  if (recognizeRuleOwner(late, []) !== undefined) return [];
  const what = `put it before ${describeRulePlace(blocker)}`;
  if (late.backend === "nftables") {
    if (blocker.handle === undefined) return [];
    const { family, table, chain, text } = late;
    const argv = [
      "sudo",
      "nft",
      "insert",
      "rule",
      family,
      table,
      chain,
      "handle",
      String(blocker.handle),
      ...text.split(" "),
    ];
    return [
      { what, commands: [argv], risk: "exposes", undo: "delete it by the handle that `nft -a list ruleset` shows" },
    ];
  }
  // Words in quotes (comments) are not to be taken apart here.
  if (/["'\\]/.test(late.text)) return [];
  const spec = late.text.split(" ").slice(2);
  const on = ["sudo", toolOf(late), "-t", late.table];
  const argv = [...on, "-I", late.chain, String(blocker.position ?? 1), ...spec];
  return [
    {
      what,
      commands: [argv],
      risk: "exposes",
      undo: `\`${[...on, "-D", late.chain, ...spec].join(" ")}\` takes one of the two away`,
    },
  ];
}
