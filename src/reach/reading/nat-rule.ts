import type { RuleRef } from "../../firewall/verdict.ts";
import type { LinuxWay } from "../ruled-way.ts";

const NAT = /\b(?:REDIRECT|DNAT|redirect|dnat)\b/;

/** The rule that sends a connection on. */
export function findNatRule({ verdict: { trace } }: LinuxWay): RuleRef | undefined {
  return trace.find(({ hook, matched, rule: { text } }) => hook === "prerouting" && matched === "yes" && NAT.test(text))
    ?.rule;
}
