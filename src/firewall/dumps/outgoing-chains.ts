import type { Chain, Part, Table } from "../model.ts";

/** The chains of a table that what this machine sends may pass: those of the hooks on the way out, and all that they lead to. */
export function outgoingChains(table: Table): ReadonlySet<Chain> {
  const all = [...table.chains.values()];
  const found = new Set(all.filter(({ base }) => base && OUTGOING.has(base.hook)));
  // A set that grows while it is gone through: whatever is added is looked at, too.
  for (const chain of found) {
    for (const name of chain.rules.flatMap(({ parts }) => parts.flatMap((part) => targetsOf(table, part)))) {
      const target = table.chains.get(name);
      if (target) found.add(target);
    }
  }
  return found;
}

const OUTGOING: ReadonlySet<string> = new Set(["output", "postrouting", "egress"]);

function targetsOf(table: Table, part: Part): readonly string[] {
  if (part.do === "verdict") return "chain" in part.verdict ? [part.verdict.chain] : [];
  if (part.do !== "vmap") return [];
  const set = "elements" in part.map ? part.map.elements : table.sets.get(part.map.name);
  return (set?.elements ?? []).flatMap(({ data }) => chainOf(data));
}

function chainOf(data: unknown): readonly string[] {
  const isJump = typeof data === "object" && data !== null && "chain" in data && typeof data.chain === "string";
  return isJump ? [data.chain as string] : [];
}
