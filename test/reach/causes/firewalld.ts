import type { FirewalldFacts } from "../../../src/reach/ruled-way.ts";
import { connected, requestOf } from "./facts.ts";
import type { AskedOf } from "./ruled.ts";

/** Chains as firewalld's iptables backend makes them: eth0 is in the zone public, which lets in what `allow` says. */
export function publicZone(...allow: readonly string[]): string {
  return [
    ":INPUT ACCEPT [0:0]",
    ":INPUT_ZONES - [0:0]",
    ":IN_public - [0:0]",
    ":IN_public_allow - [0:0]",
    "-A INPUT -i lo -j ACCEPT",
    "-A INPUT -j INPUT_ZONES",
    "-A INPUT -j REJECT --reject-with icmp-host-prohibited",
    "-A INPUT_ZONES -i eth0 -g IN_public",
    "-A IN_public -j IN_public_allow",
    ...allow.map((rule) => `-A IN_public_allow ${rule} -j ACCEPT`),
  ].join("\n");
}

/** A client of the LAN, and what firewalld has beside its rules. */
export function askedOf(firewalld: Partial<FirewalldFacts> = {}): AskedOf {
  return {
    client: "192.168.1.7",
    beside: { firewalld: { zone: "public", elsewhere: [], onlyNow: [], onlyKept: [], ...firewalld } },
    facts: {
      request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
      attempts: [connected("192.168.1.20")],
    },
  };
}
