import type { Chain, RuleSet, RuleVerdict, Table } from "../model.ts";
import type { Packet } from "../packet.ts";

/**
 * Rules of bridges and of ARP see a connection's packets, too, but before and below what is evaluated here. Where they
 * might block something, that is said; nothing where they can't.
 */
export function mayBlockBelow(rules: RuleSet, packet: Packet): string | undefined {
  if (packet.way.kind === "self") return undefined;
  for (const table of rules.tables) {
    if (!concerns(table, packet)) continue;
    const chain = [...table.chains.values()].find((each) => each.base && mayBlock(table, each));
    if (chain) return `chain \`${chain.name}\` of \`table ${table.family} ${table.name}\` may block it`;
  }
  return undefined;
}

function concerns({ family }: Table, { way, host, destination }: Packet): boolean {
  if (family === "arp") return destination.family === 4;
  if (family !== "bridge") return false;
  const { bridges } = host;
  return way.kind === "self" || way.interface === undefined || !bridges || bridges.includes(way.interface);
}

function mayBlock(table: Table, base: Chain): boolean {
  if (base.base!.policy === "drop") return true;
  const seen = new Set([base]);
  for (const chain of seen) {
    for (const verdict of verdictsOf(table, chain)) {
      switch (verdict.kind) {
        case "drop":
        case "reject":
        case "opaque":
          return true;
        case "jump":
        case "goto": {
          const target = table.chains.get(verdict.chain);
          if (target) seen.add(target);
          break;
        }
        case "accept":
        case "return":
        case "continue":
      }
    }
  }
  return false;
}

function verdictsOf(table: Table, { rules }: Chain): RuleVerdict[] {
  return rules.flatMap(({ parts, text }) =>
    parts.flatMap((part): RuleVerdict[] => {
      if (part.do === "verdict") return [part.verdict];
      if (part.do !== "vmap") return [];
      const set = "elements" in part.map ? part.map.elements : table.sets.get(part.map.name);
      return set ? set.elements.map(({ data }) => data as RuleVerdict) : [{ kind: "opaque", text }];
    }),
  );
}
