import { isLoopback } from "../../core/address.ts";
import type { WindowsProfile } from "../../core/rule-request.ts";
import { matchWindowsRule } from "./match.ts";
import type { StoredRule, WindowsConnection, WindowsFirewall, WindowsRule } from "./model.ts";

/** What becomes of it; Windows drops without an answer. */
export interface WindowsVerdict {
  readonly kind: "accept" | "drop" | "unknown";
  readonly because: string;
  /** What decides; `exempt`: the firewall does not look at it. Of `unknown`, what may decide. */
  readonly by: "exempt" | "off" | "shields-up" | "rule" | "default" | "settings";
  /** The rule that decides, or may. */
  readonly rule?: StoredRule;
  /** Each rule that was asked, in the order of strength. */
  readonly trace: readonly AskedRule[];
}

export interface AskedRule {
  readonly rule: StoredRule;
  readonly matched: "yes" | "no" | "unknown";
  /** What did not match, or could not be told; nothing where all matched. */
  readonly why?: string;
}

/** The strongest first: what bypasses, what blocks, what allows, and then the profile's default. */
const STRENGTH = ["bypass", "block", "allow"] as const satisfies readonly WindowsRule["action"][];

/** Judges a connection by the rules of the registry. What can't be told is `unknown` only where it makes a difference. */
export function evaluateWindows(firewall: WindowsFirewall, connection: WindowsConnection): WindowsVerdict {
  const { profile, remote } = connection;
  const settings = firewall.profiles[profile];
  const plain = (kind: WindowsVerdict["kind"], by: WindowsVerdict["by"], because: string) => {
    return { kind, by, because, trace: [] };
  };
  if (isLoopback(remote)) return plain("accept", "exempt", "the firewall leaves the loopback alone");
  if (settings.doubt !== undefined) return plain("unknown", "settings", `${profile} networks: ${settings.doubt}`);
  if (!settings.enabled) return plain("accept", "off", `the firewall is off for ${profile} networks`);
  if (settings.blockAll) {
    return plain("drop", "shields-up", `all incoming connections are blocked on ${profile} networks`);
  }
  return decide(countedRules(firewall, profile), connection, settings.inbound);
}

/** The rules that are asked on such a network: an administrator may have those of the machine left out. */
export function countedRules({ profiles, rules }: WindowsFirewall, profile: WindowsProfile): readonly StoredRule[] {
  return profiles[profile].localRules ? rules : rules.filter(({ store }) => store !== "local");
}

interface Possible {
  readonly kind: "accept" | "drop";
  readonly asked?: AskedRule;
}

function decide(
  rules: readonly StoredRule[],
  connection: WindowsConnection,
  inbound: "block" | "allow",
): WindowsVerdict {
  const trace: AskedRule[] = [];
  const possible: Possible[] = [];
  for (const action of STRENGTH) {
    const asked = askAll(rules, action, connection);
    trace.push(...asked);
    const kind = action === "block" ? "drop" : "accept";
    const sure = asked.find(({ matched }) => matched === "yes");
    const unsure = asked.find(({ matched }) => matched === "unknown");
    if (unsure && !sure) possible.push({ kind, asked: unsure });
    if (!sure) continue;
    return settle([...possible, { kind, asked: sure }], trace, connection);
  }
  return settle([...possible, { kind: inbound === "block" ? "drop" : "accept" }], trace, connection);
}

/** An opaque rule may have any action, so that it is asked at each strength. */
function askAll(
  rules: readonly StoredRule[],
  action: WindowsRule["action"],
  connection: WindowsConnection,
): AskedRule[] {
  return rules.flatMap((stored): AskedRule[] => {
    const { rule } = stored;
    if (rule.kind === "opaque") return [{ rule: stored, matched: "unknown", why: rule.because }];
    if (rule.action !== action || !rule.active || rule.direction === "out") return [];
    const matched = matchWindowsRule(rule, connection);
    if (matched === "yes") return [{ rule: stored, matched }];
    return [{ rule: stored, matched: matched.kind, why: matched.why }];
  });
}

/** The last one is what happens if none of the unsure ones before it matches. */
function settle(
  possible: readonly Possible[],
  trace: readonly AskedRule[],
  { profile }: WindowsConnection,
): WindowsVerdict {
  const last = possible.at(-1)!;
  const unsure = possible.find(({ kind }) => kind !== last.kind);
  if (unsure?.asked) {
    const { rule, why } = unsure.asked;
    return { kind: "unknown", by: "rule", because: `rule \`${nameOfRule(rule)}\` may decide it: ${why}`, rule, trace };
  }
  if (last.asked) {
    const { rule } = last.asked;
    const does = last.kind === "accept" ? "lets it in" : "blocks it";
    return { kind: last.kind, by: "rule", because: `rule \`${nameOfRule(rule)}\` ${does}`, rule, trace };
  }
  const does = last.kind === "accept" ? "lets in" : "blocks";
  return {
    kind: last.kind,
    by: "default",
    because: `no rule speaks of it, and a ${profile} network ${does} what none speaks of`,
    trace,
  };
}

/** As Windows shows it; without a name, the value's. */
export function nameOfRule({ id, rule }: StoredRule): string {
  return (rule.kind === "rule" ? rule.name : undefined) ?? id;
}
