import { formatHostPort } from "../core/address.ts";
import type { AskedRule, FirewallAnswer, FirewallRule } from "../core/firewall-answer.ts";
import type { Packet } from "./packet.ts";
import { recognizeRuleOwner } from "./rule-owner.ts";
import type { RuleRef, TraceLine, Verdict } from "./verdict.ts";

/** A verdict of Linux' rules, as it is told to others. */
export function answerOf(verdict: Verdict, packet: Packet): FirewallAnswer {
  const { kind, reject, rule, because, afterwards, assumed, trace } = verdict;
  const errno = errnoOf(verdict, packet);
  return {
    // A connection that stalls once it is made is of no use, and yet connect() succeeds.
    verdict: afterwards ? "unknown" : kind,
    ...(reject !== undefined && { reject }),
    ...(errno !== undefined && { errno }),
    ...(rule && { rule: { ...showRef(rule), ...ownerOf(rule, trace) } }),
    because: afterwards ? `${because}; ${afterwards.because}` : because,
    asked: describePacket(packet),
    assumed,
    trace: trace.map(showLine),
  };
}

function ownerOf(rule: RuleRef, trace: readonly TraceLine[]): Pick<FirewallRule, "owner"> {
  const owner = recognizeRuleOwner(rule, trace);
  return owner ? { owner: owner.name } : {};
}

/** What connect() gets; a datagram that is dropped is never heard of. */
function errnoOf({ kind, errno }: Verdict, { protocol }: Packet): string | undefined {
  return kind === "drop" && protocol === "tcp" ? "ETIMEDOUT" : errno;
}

/** `tcp from 192.168.1.50 to 192.168.1.20:8000 by eth0`. */
export function describePacket({ protocol, source, destination, port, way }: Packet): string {
  const to = formatHostPort(destination, port);
  switch (way.kind) {
    case "self":
      return `${protocol} from the machine itself to ${to}`;
    case "in":
    case "out":
      return `${protocol} from ${source.text} to ${to}${way.interface === undefined ? "" : ` by ${way.interface}`}`;
  }
}

function showLine({ packet, hook, rule, matched, why }: TraceLine): AskedRule {
  return { packet, hook, rule: showRef(rule), matched, ...(why !== undefined && { why }) };
}

/** A table of nftables is known by its family and its name; those of iptables say it by the tool. */
function showRef(ref: RuleRef): FirewallRule {
  const { backend, family, table, chain, position, handle, text } = ref;
  return {
    backend: family === "ip6" ? backend.replace("iptables", "ip6tables") : backend,
    table: backend === "nftables" ? `${family} ${table}` : table,
    chain,
    ...(position !== undefined && { position }),
    ...(handle !== undefined && { handle }),
    text,
  };
}
