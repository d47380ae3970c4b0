import type { Evidence, Remedy } from "../../core/finding.ts";
import type { ResolverAnswer } from "../../core/network.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import type { Facts } from "../facts.ts";
import { showResolvers } from "../words/show-resolvers.ts";

export const nameNotFound: Cause = {
  code: "NAME_NOT_FOUND",
  stage: "name",
  summary: "the name stands for no address: neither the hosts file nor a resolver knows it",
  explain: [
    "Before anything is connected, the name has to become an address: by the hosts file, DNS, mDNS (.local) or another way",
    "of this system. A typing error, a VPN that is off, a container's name used outside of its network are usual.",
    "Some routers drop answers with private addresses (DNS rebind protection), and all resolvers may be behind one.",
  ],
  symptoms: ["no-name"],
  needs: ["resolvers"],
  dependsOn: ["REBIND_FILTER"],
  judge(facts) {
    const { name } = facts;
    if (name?.kind !== "failed" || (name.failure !== "not-found" && name.failure !== "no-address")) return undefined;
    const why = name.failure === "no-address" ? "the name is there, and has no address" : "no such name";
    return {
      severity: "blocks",
      title: `${name.name} can't be resolved: ${why} (${name.shown})`,
      evidence: [
        { what: `${name.name}: ${name.shown}`, source: "getaddrinfo" },
        ...showHosts(facts),
        ...showResolvers(valueOf(facts.more.resolvers) ?? []),
      ],
      remedies: findRemedies(name.name, facts, valueOf(facts.more.resolvers) ?? []),
    };
  },
};

function showHosts({ name }: Facts): readonly Evidence[] {
  const lines = name?.hostsLines ?? [];
  if (lines.length === 0) return [{ what: "no line of the hosts file has it", source: "hosts file" }];
  return lines.map((line) => ({ what: line, source: "hosts file" }));
}

function findRemedies(name: string, { system }: Facts, resolvers: readonly ResolverAnswer[]): readonly Remedy[] {
  const file = system === "windows" ? "C:\\Windows\\System32\\drivers\\etc\\hosts" : "/etc/hosts";
  const isLocalhost = /^(?:.+\.)?localhost\.?$/i.test(name);
  const hosts: Remedy = {
    what: `give it an address in ${file}: a line \`${isLocalhost ? "127.0.0.1" : "ADDRESS"} ${name}\``,
    commands: [],
    risk: "none",
    undo: "take the line out again",
  };
  if (isLocalhost) return [hosts];
  const knows = resolvers.find(({ answer }) => answer.kind === "addresses");
  if (knows)
    return [
      { what: `${knows.resolver.text} knows it: try again, a record was made just now`, commands: [], risk: "none" },
      hosts,
    ];
  return [{ what: `look for a typing error in ${name}${hintFor(name)}`, commands: [], risk: "none" }, hosts];
}

/** What names of this kind need. */
function hintFor(name: string): string {
  if (/\.local\.?$/.test(name)) return ", and whether mDNS is set up here (avahi, nss-mdns, systemd-resolved)";
  if (!name.replace(/\.$/, "").includes("."))
    return "; a container's name is known in its own network only, and others need a search domain";
  return ", and whether its network (VPN) is on";
}
