import type { Interval } from "../elements.ts";
import type { Chain, Expr, Field, Match, Part, RuleSet, SetRef, Table } from "../model.ts";
import { rangeBounds } from "./address-bounds.ts";
import { outgoingChains } from "./outgoing-chains.ts";

/** What the rules of a set tell apart: a question that leaves it open is asked for each of them. */
export interface Mentioned {
  readonly interfaces: InterfaceNames;
  /** Addresses of the machine itself that may make a difference. */
  readonly own: AddressBounds;
  /** The same of those who connect. */
  readonly clients: AddressBounds;
  /** Addresses that are translated to: those of containers and virtual machines, mostly. */
  readonly translatedTo: ReadonlySet<bigint>;
}

export interface InterfaceNames {
  readonly exact: ReadonlySet<string>;
  /** What groups begin with: `eth` of `eth*`. */
  readonly prefixes: ReadonlySet<string>;
}

/** Where something begins to be so, or ends: between two neighbours, no rule tells two addresses apart. */
export interface AddressBounds {
  readonly bounds: ReadonlySet<bigint>;
  /** Some rule looks at an address in another way than by its place in a range. */
  readonly isOdd: boolean;
}

/** Everything that the rules mention, of IPv4 and IPv6 together. */
export function mentionedIn({ tables, ipsets }: RuleSet): Mentioned {
  const collector = new Collector(ipsets);
  for (const table of tables) {
    const outgoing = outgoingChains(table);
    for (const chain of table.chains.values()) collector.visitChain(table, chain, outgoing.has(chain));
  }
  return collector.mentioned;
}

type Side = "own" | "client" | undefined;

/** Of the packet that comes in, the destination is ours; of the answer, the source. */
const SIDES: Partial<Record<Field, readonly [coming: Side, going: Side]>> = {
  saddr: ["client", "own"],
  "ip saddr": ["client", "own"],
  "ip6 saddr": ["client", "own"],
  daddr: ["own", "client"],
  "ip daddr": ["own", "client"],
  "ip6 daddr": ["own", "client"],
  "ct original saddr": ["client", "client"],
  "ct original daddr": ["own", "own"],
  "ct reply saddr": ["own", "own"],
  "ct reply daddr": ["client", "client"],
};

class Collector {
  readonly #interfaces = { exact: new Set<string>(), prefixes: new Set<string>() };
  readonly #bounds = { own: new Set<bigint>(), client: new Set<bigint>() };
  readonly #odd = { own: false, client: false };
  readonly #translatedTo = new Set<bigint>();
  #isGoing = false;

  constructor(private readonly ipsets: RuleSet["ipsets"]) {}

  get mentioned(): Mentioned {
    return {
      interfaces: this.#interfaces,
      own: { bounds: this.#bounds.own, isOdd: this.#odd.own },
      clients: { bounds: this.#bounds.client, isOdd: this.#odd.client },
      translatedTo: this.#translatedTo,
    };
  }

  /** `isGoing`: what goes out passes it; it may be passed by what comes in, too. */
  visitChain(table: Table, { rules }: Chain, isGoing: boolean): void {
    for (const direction of isGoing ? [false, true] : [false]) {
      this.#isGoing = direction;
      for (const { parts } of rules) for (const part of parts) this.#visitPart(table, part);
    }
  }

  #visitPart(table: Table, part: Part): void {
    switch (part.do) {
      case "match":
        return this.#visitMatch(table, part.match);
      case "vmap":
        return this.#visitLookup(table, part.key, part.map);
      case "nat":
        if (part.nat.address?.kind === "const") this.#addTranslated(part.nat.address.value);
        for (const expr of [part.nat.address, part.nat.port]) if (expr) this.#visitExpr(table, expr);
        return;
      case "mark":
        return this.#visitExpr(table, part.value);
      case "verdict":
      case "notrack":
      case "touch":
    }
  }

  #addTranslated(value: unknown): void {
    if (typeof value === "bigint") this.#translatedTo.add(value);
  }

  #visitMatch(table: Table, match: Match): void {
    switch (match.kind) {
      case "in":
        return this.#visitLookup(table, match.left, match.set);
      case "any":
        for (const each of match.of) this.#visitMatch(table, each);
        return;
      case "ipset":
        return this.#visitIpSet(match.name, match.dimensions);
      case "fixed":
      case "listed":
      case "bridge-port":
      case "opaque":
    }
  }

  /** What of the key stands in which column. */
  #visitLookup(table: Table, key: Expr, ref: SetRef): void {
    const elements = "elements" in ref ? ref.elements : table.sets.get(ref.name);
    const parts = key.kind === "concat" ? key.parts : [key];
    for (const [index, part] of parts.entries()) {
      if (part.kind !== "field") {
        this.#visitExpr(table, part);
        continue;
      }
      for (const { columns } of elements?.elements ?? []) this.#addColumn(part.field, columns[index]);
    }
  }

  #visitExpr(table: Table, expr: Expr): void {
    switch (expr.kind) {
      case "bits":
        for (const each of [expr.left, expr.right]) this.#visitExpr(table, each);
        return;
      case "concat":
        for (const each of expr.parts) this.#visitExpr(table, each);
        return;
      case "map":
        return this.#visitLookup(table, expr.key, expr.map);
      case "field":
        return this.#markOdd(this.#sideOf(expr.field));
      case "fib":
      case "const":
      case "between":
      case "opaque":
    }
  }

  #visitIpSet(name: string, directions: readonly ("src" | "dst")[], depth = 0): void {
    const body = this.ipsets.get(name)?.body;
    if (body?.kind === "list" && depth < 8) {
      for (const member of body.members) this.#visitIpSet(member, directions, depth + 1);
    }
    if (body?.kind !== "elements") return;
    for (const { columns } of body.elements.elements) {
      for (const [index, dimension] of body.dimensions.entries()) {
        const field = directions[index] === "src" ? "saddr" : "daddr";
        if (dimension === "ip") this.#addColumn(field, columns[index]);
        if (dimension === "iface") this.#addColumn("iifname", columns[index]);
      }
    }
  }

  #addColumn(field: Field, column: Interval | undefined): void {
    if (!column) return;
    if (field === "iifname" || field === "oifname") return this.#addInterface(column);
    const side = this.#sideOf(field);
    if (!side) return;
    if (!("lo" in column) || typeof column.lo !== "bigint" || typeof column.hi !== "bigint") {
      return this.#markOdd(side);
    }
    for (const bound of rangeBounds(column.lo, column.hi)) this.#bounds[side].add(bound);
  }

  #addInterface(column: Interval): void {
    if ("prefix" in column) this.#interfaces.prefixes.add(column.prefix);
    else if ("lo" in column && typeof column.lo === "string") this.#interfaces.exact.add(column.lo);
  }

  #sideOf(field: Field): Side {
    return SIDES[field]?.[this.#isGoing ? 1 : 0];
  }

  #markOdd(side: Side): void {
    if (side) this.#odd[side] = true;
  }
}
