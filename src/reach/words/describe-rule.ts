import type { Evidence } from "../../core/finding.ts";
import type { RuleRef, Verdict } from "../../firewall/verdict.ts";
import { recognizeRuleOwner } from "../../firewall/rule-owner.ts";
import { excerpt } from "./excerpt.ts";

/** A rule is shown up to here. */
const RULE_LENGTH = 160;

/** `ufw: rule 3 of chain ufw-user-input (iptables filter)`; of what no rule does, the kernel's reason. */
export function describeDecider({ rule, trace, because }: Verdict): string {
  if (!rule) return because;
  const owner = recognizeRuleOwner(rule, trace);
  return `${owner ? `${owner.name}: ` : ""}${describeRulePlace(rule)}`;
}

/** `rule 3 of chain INPUT (iptables filter)`, `the policy of chain input (nft inet filter)`. */
export function describeRulePlace(rule: RuleRef): string {
  const { position, chain, table } = rule;
  return `${position === undefined ? "the policy" : `rule ${position}`} of chain ${chain} (${describeTool(rule)} ${table})`;
}

function describeTool({ backend, family }: RuleRef): string {
  return backend === "nftables" ? `nft ${family}` : toolOf({ backend, family });
}

/** `iptables`, `ip6tables-legacy`. */
export function toolOf({ backend, family }: Pick<RuleRef, "backend" | "family">): string {
  return family === "ip6" ? backend.replace("iptables", "ip6tables") : backend;
}

/** `INPUT rule 3`, `input policy`: for where there is little room. */
export function nameRule({ rule }: Verdict): string {
  if (!rule) return "the kernel";
  return rule.position === undefined ? `${rule.chain} policy` : `${rule.chain} rule ${rule.position}`;
}

/** The rule itself, and where it stands. */
export function showRule(rule: RuleRef): Evidence {
  const handle = rule.handle === undefined || rule.position === undefined ? "" : `, handle ${rule.handle}`;
  return {
    what: `\`${excerpt(rule.text, RULE_LENGTH)}\` is ${describeRulePlace(rule)}${handle}`,
    source: "firewall rules",
  };
}

/** What decided, and what was taken for granted on the way there. */
export function showVerdict(verdict: Verdict): readonly Evidence[] {
  const { rule, because, assumed } = verdict;
  const decided = rule ? showRule(rule) : { what: because, source: "firewall rules" };
  return [
    decided,
    ...assumed.slice(0, 2).map((what) => ({ what: `taken for granted: ${what}`, source: "firewall rules" })),
  ];
}
