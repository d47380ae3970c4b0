import { type WindowsVerdict, countedRules, evaluateWindows } from "./evaluate.ts";
import { matchWindowsRule } from "./match.ts";
import type { WindowsConnection, StoredRule, WindowsFirewall, WindowsRule } from "./model.ts";
import { baseNameOf, samePath } from "./paths.ts";

type ReadableRule = StoredRule & { readonly rule: WindowsRule };

/** Why a connection is dropped: always one. */
export type WindowsStop =
  /** A rule blocks it. */
  | { readonly kind: "block-rule"; readonly rule: StoredRule }
  /** All that comes in is blocked, whatever the rules say. */
  | { readonly kind: "shields-up" }
  /** This rule of the machine would let it in, and the machine's own rules don't count. */
  | { readonly kind: "local-rules-ignored"; readonly rule: StoredRule }
  /** This rule would let it in, but for a program with another path. */
  | { readonly kind: "other-program"; readonly rule: ReadableRule }
  /** No rule speaks of it; `otherKind`: one would let it in on another kind of network. */
  | { readonly kind: "default"; readonly otherKind?: ReadableRule };

/** Says why, of a verdict that is a drop. */
export function explainWindowsStop(
  firewall: WindowsFirewall,
  connection: WindowsConnection,
  { by, rule }: WindowsVerdict,
): WindowsStop {
  if (by === "shields-up") return { kind: "shields-up" };
  if (by === "rule" && rule) return { kind: "block-rule", rule };
  const ignored = findIgnored(firewall, connection);
  if (ignored) return { kind: "local-rules-ignored", rule: ignored };
  const allowing = countedRules(firewall, connection.profile).filter(isAllowing);
  const other = allowing.find((each) => letsOtherProgram(each.rule, connection));
  if (other) return { kind: "other-program", rule: other };
  const otherKind = allowing.find((each) => matchWindowsRule({ ...each.rule, profiles: [] }, connection) === "yes");
  return { kind: "default", ...(otherKind && { otherKind }) };
}

function isAllowing(stored: StoredRule): stored is ReadableRule {
  const { rule } = stored;
  return rule.kind === "rule" && rule.active && rule.direction === "in" && rule.action !== "block";
}

function findIgnored(firewall: WindowsFirewall, connection: WindowsConnection): StoredRule | undefined {
  const { profile } = connection;
  const settings = firewall.profiles[profile];
  if (settings.localRules) return undefined;
  const profiles = { ...firewall.profiles, [profile]: { ...settings, localRules: true } };
  const { kind, rule } = evaluateWindows({ ...firewall, profiles }, connection);
  return kind === "accept" ? rule : undefined;
}

/** The same program elsewhere (an older one, a link), or a rule for this very port and another program. */
function letsOtherProgram(rule: WindowsRule, connection: WindowsConnection): boolean {
  const { program } = connection;
  if (rule.program === undefined || program === undefined || samePath(rule.program, program)) return false;
  const isMeant = baseNameOf(rule.program) === baseNameOf(program) || rule.localPorts.length > 0;
  return isMeant && matchWindowsRule(rule, { ...connection, program: rule.program }) === "yes";
}
