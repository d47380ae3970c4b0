import type { OsName } from "../core/os.ts";
import type { Backend } from "../core/rule-request.ts";
import type { Seen } from "../core/seen.ts";
import { findInputChains } from "./write/nft-chains.ts";

/** What tells who keeps the rules of a machine. */
export interface OwnerFacts {
  readonly system: OsName;
  readonly ufw: Seen<"active" | "inactive" | "absent">;
  readonly firewalld: Seen<"running" | "stopped" | "absent">;
  /** What `nft -j list ruleset` printed. */
  readonly nftables: Seen<unknown>;
  /** What iptables-save and ip6tables-save printed, one behind the other. */
  readonly iptables: Seen<string>;
  /** macOS: whether pf and the application firewall are on. */
  readonly pf: Seen<boolean>;
  readonly applicationFirewall: Seen<boolean>;
}

export type Owner =
  | { readonly kind: "backend"; readonly backend: Backend; readonly because: string }
  /** Nothing filters what comes in. */
  | { readonly kind: "none"; readonly because: string }
  | { readonly kind: "unknown"; readonly because: string; readonly hint?: string };

/**
 * Who keeps the rules: a manager before the tools that it drives, since what is put there behind its back is lost or in
 * vain. A rule that belongs elsewhere can still be asked for by name.
 */
export function findOwner(facts: OwnerFacts): Owner {
  switch (facts.system) {
    case "linux":
      return findLinuxOwner(facts);
    case "macos":
      return findMacosOwner(facts);
    case "windows":
      return owned("netsh", "Windows has one firewall");
  }
}

function findLinuxOwner({ ufw, firewalld, nftables, iptables }: OwnerFacts): Owner {
  if (ufw.kind === "seen" && ufw.value === "active") return owned("ufw", "ufw is active");
  if (firewalld.kind === "seen" && firewalld.value === "running") return owned("firewalld", "firewalld is running");
  for (const fact of [ufw, firewalld, nftables, iptables]) {
    if (fact.kind === "unseen") return { ...fact, kind: "unknown" };
  }
  const native = nftables.kind === "seen" ? findInputChains(nftables.value) : [];
  const own = native.find(({ refuses, managedBy }) => refuses && managedBy === undefined);
  if (own) return owned("nft", `the nftables chain ${own.family} ${own.table} ${own.name} filters what comes in`);
  if (iptables.kind === "seen" && filtersInput(iptables.value))
    return owned("iptables", "iptables has rules for INPUT");
  if (iptables.kind === "seen" && filtersPublished(iptables.value))
    return owned("iptables", "iptables has rules in DOCKER-USER");
  return { kind: "none", because: "neither nftables nor iptables refuses anything that comes in" };
}

function findMacosOwner({ pf, applicationFirewall }: OwnerFacts): Owner {
  if (applicationFirewall.kind === "seen" && applicationFirewall.value) {
    return owned("application-firewall", "the application firewall is on");
  }
  if (pf.kind === "seen" && pf.value) return owned("pf", "pf is enabled");
  for (const fact of [applicationFirewall, pf]) if (fact.kind === "unseen") return { ...fact, kind: "unknown" };
  return { kind: "none", because: "neither pf nor the application firewall is on" };
}

function owned(backend: Backend, because: string): Owner {
  return { kind: "backend", backend, because };
}

/** Whether the filter table of iptables-save text has anything in INPUT, a policy or a rule. */
function filtersInput(text: string): boolean {
  const tables = text.split(/^\*/m).filter((table) => table.startsWith("filter\n"));
  return tables.some((table) => /^:INPUT (?!ACCEPT\b)/m.test(table) || /^(?:\[\d+:\d+\] )?-A INPUT /m.test(table));
}

/** Whether somebody filters what docker publishes: as docker makes its chain, it only returns. */
function filtersPublished(text: string): boolean {
  return /^(?:\[\d+:\d+\] )?-A DOCKER-USER (?!-j RETURN$)/m.test(text);
}
