import type { RuleRef, TraceLine } from "./verdict.ts";

/** Who put a rule there, as the names of tables and chains tell. */
export interface RuleOwner {
  /** `ufw`, `firewalld (zone public)`. */
  readonly name: string;
  /** It keeps addresses away for a time, by lists that it fills itself. */
  readonly bans: boolean;
  /** It is a VPN that lets nothing past its tunnel. */
  readonly guardsVpn: boolean;
}

/** Each by its table, its chain or a comment; `bans`: it fills lists of addresses; `vpn`: it guards a tunnel. */
const OWNERS: readonly {
  readonly name: string;
  readonly table?: RegExp;
  readonly chain?: RegExp;
  readonly text?: RegExp;
  readonly bans?: true;
  readonly vpn?: true;
}[] = [
  { name: "fail2ban", table: /^f2b-/, chain: /^(?:f2b|fail2ban)-/, bans: true },
  { name: "crowdsec", table: /^crowdsec6?/, chain: /^CROWDSEC/i, bans: true },
  { name: "sshguard", table: /^sshguard/, chain: /^sshguard/, bans: true },
  { name: "tailscale", chain: /^ts-/ },
  { name: "ufw", chain: /^ufw6?-/ },
  { name: "docker", table: /^docker-/, chain: /^DOCKER/ },
  { name: "libvirt", table: /^libvirt/, chain: /^LIBVIRT_/ },
  { name: "kubernetes", table: /^kube-proxy$/, chain: /^KUBE-/ },
  { name: "calico", chain: /^cali-/ },
  { name: "cilium", chain: /^(?:OLD_)?CILIUM_/ },
  { name: "podman", table: /^netavark$/, chain: /^(?:NETAVARK|CNI)-/ },
  { name: "a VPN (wg-quick)", table: /^wg-quick-/, vpn: true },
  { name: "mullvad", table: /^mullvad/, vpn: true },
  { name: "nordvpn", text: /--comment "?nordvpn/, vpn: true },
  { name: "Private Internet Access", chain: /^piavpn\./, vpn: true },
  { name: "portguard", chain: /^portguard/, table: /^portguard/ },
];

/** Nothing where the names are nobody's. `trace`: the way to the rule, by which the policy of a shared chain is known. */
export function recognizeRuleOwner(rule: RuleRef, trace: readonly TraceLine[]): RuleOwner | undefined {
  const zone = firewalldZoneOf(rule, trace);
  if (zone !== undefined) {
    return { name: zone === "" ? "firewalld" : `firewalld (zone ${zone})`, bans: false, guardsVpn: false };
  }
  const owner = OWNERS.find(({ table, chain, text }) => {
    return table?.test(rule.table) || chain?.test(rule.chain) || text?.test(rule.text);
  });
  const found = owner ?? (rule.position === undefined ? ownerOfPolicy(rule, trace) : undefined);
  return found && { name: found.name, bans: found.bans === true, guardsVpn: found.vpn === true };
}

/** ufw sets the policy of INPUT, and does all else in chains of its own. */
function ownerOfPolicy(rule: RuleRef, trace: readonly TraceLine[]): (typeof OWNERS)[number] | undefined {
  if (rule.backend === "nftables") return undefined;
  const isUfw = trace.some((line) => line.rule.table === rule.table && /^ufw6?-/.test(line.rule.chain));
  return isUfw ? OWNERS.find(({ name }) => name === "ufw") : undefined;
}

/**
 * `filter_IN_public_deny`, `IN_public`: the zone is in the names of the chains on the way. Empty where it is firewalld's,
 * and of no zone; nothing where it is not firewalld's.
 */
export function firewalldZoneOf(rule: RuleRef, trace: readonly TraceLine[]): string | undefined {
  const chains = trace.map((line) => line.rule).filter(({ table }) => table === rule.table);
  if (!isFirewallds(rule, chains)) return undefined;
  return (
    chains.flatMap(({ chain }) => ZONE.exec(chain)?.[1] ?? []).findLast((each) => !each.startsWith("policy_")) ?? ""
  );
}

const ZONE = /^(?:filter_)?(?:IN|FWDI|FWD)_(.+?)(?:_(?:pre|log|deny|allow|post))?$/;

/** Its table, its chains, or with iptables what it puts at the end of the shared ones. */
function isFirewallds({ table, chain }: RuleRef, chains: readonly RuleRef[]): boolean {
  if (table === "firewalld" || /^(?:IN|FWDI|FWD)_/.test(chain)) return true;
  return /^(?:INPUT|FORWARD)$/.test(chain) && chains.some((each) => /^(?:INPUT|FORWARD_IN)_ZONES$/.test(each.chain));
}
