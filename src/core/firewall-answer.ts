/** What a firewall's rules do with one connection, whichever firewall it is: as `reach` tells it. */
export interface FirewallAnswer {
  readonly verdict: "accept" | "drop" | "reject" | "unknown";
  /** What a rejected client is told: `tcp-reset`, `host-prohibited`. */
  readonly reject?: string;
  /** What connect() fails with: `ECONNREFUSED`; of a drop `ETIMEDOUT`. Nothing where a UDP client never hears of it. */
  readonly errno?: string;
  /** The rule that decided; nothing where none had a part in it. */
  readonly rule?: FirewallRule;
  /** One line with the real values. */
  readonly because: string;
  /** The connection that was asked about: `tcp from 192.168.1.50 to 192.168.1.20:8000 by eth0`. */
  readonly asked: string;
  /** What was taken for granted, one line each. */
  readonly assumed: readonly string[];
  /** Every rule that was asked, in order. */
  readonly trace: readonly AskedRule[];
}

export interface FirewallRule {
  /** `iptables`, `ip6tables-legacy`, `nftables`, `pf`, `windows`. */
  readonly backend: string;
  /** Of nftables with its family: `inet filter`; of Windows the store, `local`, `policy` or `mdm`. */
  readonly table: string;
  readonly chain: string;
  /** Of Windows: the value of the registry that it is. */
  readonly name?: string;
  /** Counted from 1; nothing: the chain's policy, or a rule without an order. */
  readonly position?: number;
  readonly handle?: number;
  /** As its tool would show it. */
  readonly text: string;
  /** Of the one that decides, whose it is where its names tell: `ufw`, `firewalld (zone public)`. */
  readonly owner?: string;
}

export interface AskedRule {
  /** Which packet was asked about, and where: `request` at `input`. */
  readonly packet: string;
  readonly hook: string;
  readonly rule: FirewallRule;
  readonly matched: "yes" | "no" | "maybe";
  /** Of a rule that did not match, or may: what decided so. */
  readonly why?: string;
}
