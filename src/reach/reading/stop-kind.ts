import type { RuleRef, Verdict } from "../../firewall/verdict.ts";
import type { Facts } from "../facts.ts";
import { firewalldZoneOf, recognizeRuleOwner } from "../../firewall/rule-owner.ts";
import { listStopped, type Stopped } from "./stopped.ts";

/** Which cause a stopped connection belongs to: always one. */
export type StopKind =
  | "answer"
  | "banned"
  | "behind-reject"
  | "container"
  | "drops"
  | "early"
  | "kill-switch"
  | "localnet"
  | "loopback"
  | "rejects"
  | "tailscale";

/** The connections that are stopped in this way. */
export function findStopped(facts: Facts, kind: StopKind): readonly Stopped[] {
  return listStopped(facts).filter((stopped) => kindOf(facts, stopped) === kind);
}

function kindOf(facts: Facts, stopped: Stopped): StopKind {
  const { stop, verdict, way } = stopped;
  const { rule } = verdict;
  if (stop.needsLocalnet) return "localnet";
  if (rule && isBan(rule, verdict)) return "banned";
  if (rule && isTailscales(rule)) return "tailscale";
  if (rule && isKillSwitch(rule, verdict)) return "kill-switch";
  if (stop.lost === "reply" || stop.lost === "retry") return "answer";
  if (findLateAccept(stopped)) return "behind-reject";
  if (rule && (stop.hook === "ingress" || stop.hook === "prerouting")) return "early";
  if (way.kind === "self" && rule && !isAboutPort(rule, facts.request.target.port)) return "loopback";
  if (facts.request.from.kind === "container" && way.kind === "in") return "container";
  return verdict.kind === "reject" ? "rejects" : "drops";
}

/** By who put it there, or by the set that it looks an address up in. */
function isBan(rule: RuleRef, { trace }: Verdict): boolean {
  if (recognizeRuleOwner(rule, trace)?.bans === true) return true;
  return /(?:@|--match-set )(?:f2b|fail2ban|crowdsec|sshguard)/.test(rule.text);
}

function isTailscales(rule: RuleRef): boolean {
  return recognizeRuleOwner(rule, [])?.name === "tailscale" && rule.text.includes("100.64.0.0/10");
}

/** Interfaces of tunnels, as VPNs call them. */
const TUNNEL = /(?:oifname|oif|-o) "?(?:tun|tap|wg|nordlynx|nordtun|proton|pvpn|utun|ppp|mullvad)/;

/**
 * A VPN's own rule; or one that lets out what goes by its tunnel and nothing else: a rule `! -o wg0` (wg-quick's manual has
 * it), or the end of a chain in which an accept for the tunnel stands.
 */
function isKillSwitch(rule: RuleRef, { trace }: Verdict): boolean {
  if (recognizeRuleOwner(rule, trace)?.guardsVpn === true) return true;
  if (/(?:! -o|oifname !=) "?(?:tun|tap|wg|nordlynx|proton|mullvad)/.test(rule.text)) return true;
  if (rule.position !== undefined && /\b(?:dport|dports|daddr|sport|saddr)\b|@|(?:^| )-[sdpm] /.test(rule.text))
    return false;
  return trace.some(({ rule: { table, chain, text }, matched }) => {
    return (
      table === rule.table && chain === rule.chain && matched === "no" && TUNNEL.test(text) && /\baccept\b/i.test(text)
    );
  });
}

/** A rule that is meant for some port, address or the loopback itself, unlike one for all that was not let in. */
function isAboutPort({ position, text }: RuleRef, port: number): boolean {
  if (position === undefined) return false;
  return (
    new RegExp(`\\b${port}\\b`).test(text) ||
    /\b(?:dport|sport|daddr|saddr|dports|sports|lo)\b|@|(?:^| )-[sd] /.test(text)
  );
}

/** The rule for this port that stands behind the one that stops it, in the same chain, and would let it in. */
export function findLateAccept({ verdict: { rule }, stop: { without } }: Stopped): RuleRef | undefined {
  if (rule?.position === undefined || without?.kind !== "accept") return undefined;
  const at = rule.position;
  return without.trace.find((line) => {
    const { backend, family, table, chain, position = 0, text } = line.rule;
    const isSame = backend === rule.backend && family === rule.family && table === rule.table && chain === rule.chain;
    return isSame && position > at && line.packet === "request" && line.matched === "yes" && /\baccept\b/i.test(text);
  })?.rule;
}

/** A connection that this zone of firewalld stops. */
export function findStoppedByZone(facts: Facts, zone: string): Stopped | undefined {
  return listStopped(facts).find(({ verdict: { rule, trace } }) => rule && firewalldZoneOf(rule, trace) === zone);
}
