import { formatHostPort } from "../../core/address.ts";
import type { Evidence } from "../../core/finding.ts";
import { nameOfRule } from "../../firewall/windows/evaluate.ts";
import type { StoredRule } from "../../firewall/windows/model.ts";
import type { Facts } from "../facts.ts";
import type { WindowsWay } from "../ruled-way.ts";
import { excerpt } from "./excerpt.ts";

/** A rule's text is shown up to here; its name and its description take much of it. */
const RULE_LENGTH = 320;

const STORES = {
  local: "this machine's rules",
  policy: "group policy",
  mdm: "device management",
} as const satisfies Record<StoredRule["store"], string>;

/** `rule "Node.js JavaScript Runtime"`. */
export function nameWindowsRule(rule: StoredRule): string {
  return `rule "${nameOfRule(rule)}"`;
}

/** Its name, the value of the registry that it is, and its text. */
export function showWindowsRule(rule: StoredRule): Evidence {
  const what = `${nameWindowsRule(rule)}, value \`${rule.id}\`: ${excerpt(rule.text, RULE_LENGTH)}`;
  return { what, source: `registry: ${STORES[rule.store]}` };
}

/** For whom the rules were asked: the client, the program and the kind of network. */
export function showWindowsAsked({ request }: Facts, { asked, client, way, candidate }: WindowsWay): Evidence {
  const by = way.kind === "in" && way.interface !== undefined ? ` by ${way.interface}` : "";
  const to = formatHostPort(candidate.address, request.target.port);
  const program = asked.program === undefined ? "a program that can't be seen" : asked.program;
  const what = `asked for ${client.text} to ${to}${by}, on a ${asked.profile} network, taken by ${program}`;
  return { what, source: "firewall rules" };
}

/** For where there is little room. */
export function nameWindowsStop({ asked, stop }: WindowsWay): string {
  switch (stop?.kind) {
    case "block-rule":
      return nameWindowsRule(stop.rule);
    case "shields-up":
      return "blocking all";
    case "local-rules-ignored":
    case "other-program":
    case "default":
    case undefined:
      return `the default of ${asked.profile} networks`;
  }
}
