import { formatCidr } from "../../core/cidr.ts";
import { type RuleRequest, formatPorts, ruleMark } from "../../core/rule-request.ts";
import type { Step } from "../../core/step.ts";
import {
  type PlaceFacts,
  type Planned,
  type PlannedRule,
  type Source,
  describeStep,
  matchOf,
  refuseForeign,
  refuseNowhere,
  revertOf,
  riskOf,
  show,
  sourcesOf,
} from "./plan.ts";

export interface IptablesFacts extends PlaceFacts {
  /** Which program has the rules that matter: its name in each family. */
  readonly commands: { readonly 4: string; readonly 6: string };
  /** The port is a container's, published: it is forwarded, and never comes to INPUT. */
  readonly published: boolean;
  /** The families in which docker has its chain for rules of others. */
  readonly dockerUser: readonly (4 | 6)[];
  /** What keeps the rules over a restart here, if anything does. */
  readonly saves?: "netfilter-persistent" | "iptables-service";
}

/**
 * Rules at the head of INPUT, or of DOCKER-USER for a published port, where what is translated already is told by the
 * port that the client asked for. IPv4 and IPv6 each have a program of their own.
 */
export function planIptables(request: RuleRequest, facts: IptablesFacts): Planned {
  const refused = refuseForeign("iptables", request);
  if (refused) return refused;
  const chain = facts.published ? "DOCKER-USER" : "INPUT";
  const families = facts.published ? facts.families.filter((each) => facts.dockerUser.includes(each)) : facts.families;
  const sources = sourcesOf(request, { ...facts, families }, true);
  if (sources.length === 0) return refuseNowhere("iptables", request);
  const apply = sources.map((source) => insert(request, source, chain, facts));
  const persist = request.forMs === undefined ? saveSteps(families, facts) : [];
  return {
    kind: "plan",
    backend: "iptables",
    rules: sources.map((source) => planned(request, source, chain)),
    apply,
    verify: families.map((family) =>
      show(`show ${chain} of IPv${family}`, [facts.commands[family], "-w", "-nvL", chain, "--line-numbers"]),
    ),
    persist,
    revert: revertOf(apply, persist),
    notes: notesFor(request, facts),
    expires: false,
  };
}

function insert(request: RuleRequest, source: Source, chain: string, facts: IptablesFacts): Step {
  const program = facts.commands[source.family!];
  const spec = specOf(request, source, chain);
  const remove: Step = {
    what: `take the rule ${ruleMark(request.id)} out of ${chain}`,
    argv: [program, "-w", "-D", chain, ...spec],
    risk: "none",
    when: { kind: "succeeds", argv: [program, "-w", "-C", chain, ...spec] },
    undo: [],
  };
  return {
    what: describeStep(request, source),
    argv: [program, "-w", "-I", chain, "1", ...spec],
    risk: riskOf(request),
    unless: { kind: "succeeds", argv: [program, "-w", "-C", chain, ...spec] },
    undo: [remove],
  };
}

function specOf(request: RuleRequest, source: Source, chain: string): string[] {
  const ports = formatPorts(request.ports, ":");
  // Behind docker's DNAT the packet has the container's port: conntrack remembers which one the client asked for.
  const port =
    chain === "DOCKER-USER" ? ["-m", "conntrack", "--ctorigdstport", ports, "--ctdir", "ORIGINAL"] : ["--dport", ports];
  return [
    ...interfaceOf(request),
    "-p",
    request.protocol,
    ...(source.cidr ? ["-s", formatCidr(source.cidr)] : []),
    ...port,
    "-m",
    "comment",
    "--comment",
    ruleMark(request.id),
    "-j",
    request.action === "open" ? "ACCEPT" : "DROP",
  ];
}

/** A port that is closed to everybody stays open to this machine itself. */
function interfaceOf(request: RuleRequest): string[] {
  if (request.interface !== undefined) return ["-i", request.interface];
  return request.action === "close" ? ["!", "-i", "lo"] : [];
}

function planned(request: RuleRequest, source: Source, chain: string): PlannedRule {
  return {
    place: { kind: "xtables", table: "filter", chain, at: "first" },
    family: source.family!,
    match: { ...matchOf(request, source), ...(chain === "DOCKER-USER" && { untranslated: true }) },
    verdict: request.action === "open" ? "accept" : "drop",
    text: specOf(request, source, chain).join(" "),
  };
}

/** Saving writes down all rules as they are now; taking back saves again, so that the file loses ours, too. */
function saveSteps(families: readonly (4 | 6)[], { saves }: IptablesFacts): Step[] {
  if (saves === undefined) return [];
  switch (saves) {
    case "netfilter-persistent":
      return [saveStep("keep the rules over a restart", ["netfilter-persistent", "save"])];
    case "iptables-service":
      return families.map((family) => {
        const service = family === 4 ? "iptables" : "ip6tables";
        return saveStep(`keep the IPv${family} rules over a restart`, ["service", service, "save"]);
      });
  }
}

function saveStep(what: string, argv: readonly string[]): Step {
  const save: Step = { what, argv, risk: "none", undo: [] };
  return { ...save, undo: [save] };
}

function notesFor(request: RuleRequest, { saves, published, families, dockerUser }: IptablesFacts): string[] {
  const lost = saves === undefined && request.forMs === undefined;
  const unfiltered = families.filter((family) => !dockerUser.includes(family));
  return [
    ...(lost ? ["nothing here keeps iptables rules over a restart: `netfilter-persistent` would"] : []),
    ...(published ? unfiltered.map((family) => `docker filters nothing in IPv${family}: there is no DOCKER-USER`) : []),
  ];
}
