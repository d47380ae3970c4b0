import { formatHostPort } from "../../core/address.ts";
import type { FirewallAnswer } from "../../core/firewall-answer.ts";
import { describePacket } from "../answer.ts";
import type { Client, Fate } from "../judge-plan.ts";
import type { Packet } from "../packet.ts";
import type { ApplicationFirewallFacts } from "../write/application-firewall.ts";
import type { PlannedRule } from "../write/plan.ts";
import { answerOfPf, type PfRules } from "./answer.ts";
import type { PfLine } from "./model.ts";
import { parsePf } from "./parse.ts";
import type { LivePf } from "./read-live.ts";

/** What a client of a macOS is judged by, besides its packet. */
export interface MacosPlace {
  readonly pf: LivePf;
  readonly applicationFirewall: ApplicationFirewallFacts;
  /** The path of the program that the rule is for. */
  readonly program?: string;
}

/** Each packet's client: both firewalls have to let it in. */
export function macosClientsOf(packets: readonly Packet[], place: MacosPlace): Client[] {
  return packets.map((packet) => ({
    text: `${packet.source.text} to ${formatHostPort(packet.destination, packet.port)}`,
    fateWith: (planned) => {
      const fate = judgeByPf(packet, place.pf, planned);
      return fate.kind === "passes" ? (askPrograms(place, planned) ?? fate) : fate;
    },
  }));
}

function judgeByPf(packet: Packet, pf: LivePf, planned: readonly PlannedRule[]): Fate {
  const own = planned.filter(({ place }) => place.kind === "pf");
  if (pf.kind === "off") {
    const isClosed = own.some(({ verdict }) => verdict === "drop");
    return isClosed
      ? { kind: "unknown", because: "pf is off, and what its other rules do once it is on was not looked at" }
      : { kind: "passes", because: "pf is off" };
  }
  const { protocol, source, destination, port, way } = packet;
  const by = way.kind === "self" ? "lo0" : way.interface;
  const asked = { protocol, source, destination, port, ...(by !== undefined && { interface: by }) };
  return fateOf(answerOfPf(placeInAnchors(pf.rules, own), asked, describePacket(packet)));
}

/** Each behind what its anchor has already. */
function placeInAnchors(rules: PfRules, planned: readonly PlannedRule[]): PfRules {
  const anchors = new Map<string, readonly PfLine[]>(rules.anchors);
  for (const { place, text } of planned) {
    if (place.kind === "pf") anchors.set(place.anchor, [...(anchors.get(place.anchor) ?? []), ...parsePf(text)]);
  }
  return { ...rules, anchors };
}

function fateOf({ verdict, because, rule }: FirewallAnswer): Fate {
  switch (verdict) {
    case "accept":
      return { kind: "passes", because };
    case "unknown":
      return { kind: "unknown", because };
    case "drop":
    case "reject":
      return { kind: "blocked", because, ...(rule && { mend: mendOf(rule) }) };
  }
}

function mendOf({ table, position }: NonNullable<FirewallAnswer["rule"]>): string {
  const place = table === "main" ? "of pf's main rule set" : `of its anchor ${table}`;
  const shown = table === "main" ? "" : `-a ${table} `;
  return `rule ${position} ${place} is asked first, and would have to go: \`sudo pfctl ${shown}-s rules\` shows it`;
}

/** What the application firewall makes of a connection that pf lets through; nothing where it lets it in, too. */
function askPrograms({ applicationFirewall, program }: MacosPlace, planned: readonly PlannedRule[]): Fate | undefined {
  const { on, blockAll, programs } = applicationFirewall;
  if (!on) return undefined;
  if (blockAll) {
    const mend = "turn that off in System Settings, Network, Firewall, Options";
    return { kind: "blocked", because: "the application firewall blocks all that comes in", mend };
  }
  if (program === undefined) {
    return { kind: "unknown", because: "the application firewall is on, and which program listens is not known" };
  }
  const own = planned.find(({ place }) => place.kind === "application-firewall");
  const does = own ? (own.verdict === "accept" ? "allowed" : "blocked") : programs.get(program);
  if (does === "allowed") return undefined;
  if (does === undefined) {
    return { kind: "unknown", because: `${program} is not on the application firewall's list, which may ask` };
  }
  const mend = "unblock it: `--backend application-firewall`";
  return { kind: "blocked", because: `the application firewall blocks ${program}`, mend };
}
