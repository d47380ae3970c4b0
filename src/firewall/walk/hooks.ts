import type { Chain, Hook, RuleSet, Table } from "../model.ts";

/** What the kernel calls at one hook: a chain, connection tracking, or the translation with its own chains. */
export type Station =
  | { readonly kind: "chain"; readonly table: Table; readonly chain: Chain }
  | { readonly kind: "track" }
  | { readonly kind: "nat"; readonly groups: readonly Group[] };

/** Stations of the same priority: which comes first is not certain where they are of different tables. */
export interface Group {
  readonly priority: number;
  readonly stations: readonly Station[];
}

export type Hooks = ReadonlyMap<Hook, readonly Group[]>;

/** Linux: NF_IP_PRI_CONNTRACK, and where translations are made, whatever priority their chains have. */
const TRACK_PRIORITY = -200;
const NAT_PRIORITY: Partial<Record<Hook, number>> = { prerouting: -100, output: -100, input: 100, postrouting: 100 };
const HOOKS: readonly Hook[] = ["ingress", "prerouting", "input", "forward", "output", "postrouting", "egress"];

const known = new WeakMap<RuleSet, Map<4 | 6, Hooks>>();

/** What packets of this family meet at each hook, in order. */
export function hooksOf(rules: RuleSet, family: 4 | 6): Hooks {
  let byFamily = known.get(rules);
  if (!byFamily) known.set(rules, (byFamily = new Map()));
  let hooks = byFamily.get(family);
  if (!hooks) byFamily.set(family, (hooks = buildHooks(rules, family)));
  return hooks;
}

function buildHooks(rules: RuleSet, family: 4 | 6): Hooks {
  const chains = rules.tables
    .filter((table) => concerns(table, family))
    .flatMap((table) => [...table.chains.values()].filter(({ base }) => base).map((chain) => ({ table, chain })));
  const hasNat = chains.some(({ chain }) => chain.base!.type === "nat");
  return new Map(
    HOOKS.map((hook) => {
      const here = chains.filter(({ chain }) => chain.base!.hook === hook);
      return [hook, groupsOf(hook, here, hasNat)];
    }),
  );
}

function concerns({ family }: Table, of: 4 | 6): boolean {
  return family === "inet" || family === "netdev" || family === (of === 4 ? "ip" : "ip6");
}

interface Placed {
  readonly table: Table;
  readonly chain: Chain;
}

function groupsOf(hook: Hook, chains: readonly Placed[], hasNat: boolean): Group[] {
  const natAt = NAT_PRIORITY[hook];
  const isNat = ({ chain }: Placed) => natAt !== undefined && chain.base!.type === "nat";
  const stations = chains.filter((each) => !isNat(each)).map(placedStation);
  if (hook === "prerouting" || hook === "output") stations.push([TRACK_PRIORITY, { kind: "track" }]);
  if (natAt !== undefined && hasNat) {
    stations.push([natAt, { kind: "nat", groups: group(chains.filter(isNat).map(placedStation)) }]);
  }
  return group(stations);
}

type PlacedStation = [priority: number, station: Station];

function placedStation({ table, chain }: Placed): PlacedStation {
  return [chain.base!.priority, { kind: "chain", table, chain }];
}

function group(stations: readonly PlacedStation[]): Group[] {
  const byPriority = Map.groupBy(stations, ([priority]) => priority);
  return [...byPriority]
    .toSorted(([a], [b]) => a - b)
    .map(([priority, members]) => ({ priority, stations: youngestFirst(members.map(([, station]) => station)) }));
}

/** Of chains with one priority, the kernel asks that first which was made last. */
function youngestFirst(stations: readonly Station[]): Station[] {
  return stations.toSorted((a, b) => (isSameTable(a, b) ? handleOf(b) - handleOf(a) : 0));
}

function handleOf(station: Station): number {
  return station.kind === "chain" ? (station.chain.base!.handle ?? 0) : 0;
}

function isSameTable(a: Station, b: Station): boolean {
  return a.kind === "chain" && b.kind === "chain" && a.table === b.table && a.chain.base!.handle !== undefined;
}

/** More are not tried out. */
export const MOST_STATIONS = 4;

/** Every order in which these may be called, the likeliest first. */
export function possibleOrders(stations: readonly Station[]): (readonly Station[])[] {
  if (stations.length < 2) return [stations];
  return stations.flatMap((first, index) => {
    const isLater = stations.slice(0, index).some((other) => isSameTable(other, first));
    return isLater ? [] : possibleOrders(stations.toSpliced(index, 1)).map((rest) => [first, ...rest]);
  });
}
