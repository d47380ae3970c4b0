import type { Chain, Table } from "./model.ts";

/**
 * iptables-nft's tables are in nft's dump, too, but there their matches are only named: what iptables-save shows of them is
 * taken. It leaves out base chains that others have made in its tables, and shows nothing at all of a table with rules
 * that it can't read: for those nft's own dump is taken, whose unreadable parts are opaque.
 */
export function mergeTables(saved: readonly Table[], native: readonly Table[]): readonly Table[] {
  const viaNft = saved.filter(({ backend }) => backend === "iptables");
  const nft = native.flatMap((table): Table[] => {
    const shown = viaNft.find((each) => isSame(each, table));
    if (!shown || !isWhole(shown, table)) return [table];
    const chains = new Map(
      [...table.chains].map(([name, chain]) => [name, shown.chains.has(name) ? callee(chain) : chain]),
    );
    const hasOthers = [...chains.values()].some(({ base }) => base);
    return hasOthers ? [{ ...table, chains }] : [];
  });
  const kept = saved.filter((table) => {
    const whole = table.backend === "iptables" ? native.find((each) => isSame(each, table)) : undefined;
    return !whole || isWhole(table, whole);
  });
  return [...kept, ...nft];
}

function isSame(a: Table, b: Table): boolean {
  return a.family === b.family && a.name === b.name;
}

/** Whether every chain that iptables-save shows has as many rules as nft says it has. */
function isWhole(shown: Table, table: Table): boolean {
  return [...shown.chains.values()].every(({ name, rules }) => {
    const chain = table.chains.get(name);
    // The chains that the tool always shows need not be there.
    return chain ? chain.rules.length === rules.length : rules.length === 0;
  });
}

/** The same chain, which the kernel calls by its other listing. */
function callee({ name, rules }: Chain): Chain {
  return { name, rules };
}
