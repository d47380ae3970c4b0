import type { Chain, RuleSet, Table } from "../../model.ts";

/** Devices by `FAMILY TABLE CHAIN`. */
type Devices = ReadonlyMap<string, readonly string[]>;

/**
 * Puts the devices of chains at ingress and egress in, which nft's JSON leaves out (nft 1.0.6): its listing, which
 * `nft --debug=netlink list ruleset` prints as well, has them.
 */
export function withDevices(rules: RuleSet, texts: readonly string[]): RuleSet {
  const listings = texts.filter((text) => /^\t\ttype \w+ hook (?:ingress|egress) device/m.test(text));
  if (listings.length === 0) return rules;
  const devices: Devices = new Map(listings.flatMap(readDevices));
  return { ...rules, tables: rules.tables.map((table) => placeDevices(table, devices)) };
}

function placeDevices(table: Table, devices: Devices): Table {
  if (table.backend !== "nftables") return table;
  const place = (chain: Chain): Chain => {
    const found = devices.get(`${table.family} ${table.name} ${chain.name}`);
    return chain.base && found && !chain.base.devices ? { ...chain, base: { ...chain.base, devices: found } } : chain;
  };
  return { ...table, chains: new Map([...table.chains].map(([name, chain]) => [name, place(chain)])) };
}

/** `device "eth0"`, or `devices = { "eth0", "eth1" }`. */
function readDevices(listing: string): [string, readonly string[]][] {
  const found: [string, readonly string[]][] = [];
  let [table, chain] = ["", ""];
  for (const line of listing.split("\n")) {
    const [, family, name] = /^table (\w+) (\S+) \{/.exec(line) ?? [];
    if (family !== undefined) table = `${family} ${name}`;
    chain = /^\tchain (\S+) \{/.exec(line)?.[1] ?? chain;
    const at = /^\t\ttype \w+ hook (?:ingress|egress) devices? (?:= \{([^}]*)\}|"([^"]*)")/.exec(line);
    if (!at) continue;
    const names = (at[1] ?? at[2] ?? "").split(",").map((each) => each.trim().replaceAll('"', ""));
    found.push([`${table} ${chain}`, names]);
  }
  return found;
}
