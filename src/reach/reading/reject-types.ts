import type { ConnectFailure } from "../../core/network.ts";

/**
 * The kinds of REJECT after which Linux' connect() fails in this way, by their names in iptables and nft; empty where
 * none does. Measured on Linux 6.18.
 */
export function nameRejects(family: 4 | 6, failure: ConnectFailure): string {
  const kinds = family === 4 ? REJECTS4[failure] : REJECTS6[failure];
  return (kinds ?? []).join(", ").replace(/, ([^,]*)$/, " or $1");
}

type Rejects = { readonly [Failure in ConnectFailure]?: readonly string[] };

const REJECTS4: Rejects = {
  refused: ["icmp-port-unreachable", "tcp-reset"],
  "host-unreachable": ["icmp-host-unreachable", "icmp-host-prohibited", "icmp-admin-prohibited"],
  "network-unreachable": ["icmp-net-unreachable", "icmp-net-prohibited"],
  "protocol-unreachable": ["icmp-proto-unreachable"],
};

const REJECTS6: Rejects = {
  refused: ["icmp6-port-unreachable", "tcp-reset"],
  "host-unreachable": ["icmp6-addr-unreachable"],
  "network-unreachable": ["icmp6-no-route"],
  prohibited: ["icmp6-adm-prohibited", "icmp6-policy-fail", "icmp6-reject-route"],
};
