import type { Expr, SetRef, Table } from "../model.ts";
import type { ElementSet, Found } from "../elements.ts";
import { type Scalar, ANY, type Value, combineBits, isVague } from "../value.ts";
import { readField } from "./fields.ts";
import { addressType, deviceOf, interfaceTo } from "./locality.ts";
import type { State } from "./state.ts";
import type { World } from "./world.ts";

export type Values = Value | readonly Value[];

/** `miss`: whether it may be absent after all, and end the rule. */
export interface Evaluated {
  readonly value: Values;
  readonly miss: boolean;
}

/** What the expression is for this packet. */
export function evaluateExpr(world: World, table: Table, state: State, expr: Expr): Evaluated {
  switch (expr.kind) {
    case "field":
      return sure(readField(state, expr.field));
    case "const":
      return sure(expr.value);
    case "between":
      return sure({ kind: "between", lo: expr.lo, hi: expr.hi });
    case "bits": {
      const left = evaluateExpr(world, table, state, expr.left);
      const right = evaluateExpr(world, table, state, expr.right);
      return { value: combineBits(expr.op, single(left.value), single(right.value)), miss: left.miss || right.miss };
    }
    case "concat": {
      const parts = expr.parts.map((part) => evaluateExpr(world, table, state, part));
      const value = parts.flatMap((part) => part.value as Value);
      return { value: value.includes(undefined) ? undefined : value, miss: parts.some(({ miss }) => miss) };
    }
    case "map": {
      const key = evaluateExpr(world, table, state, expr.key);
      const found = findIn(table, state, expr.map, key.value);
      return { value: joinHits(found.hits as Values[]), miss: key.miss || (found.miss && found.hits.length > 0) };
    }
    case "fib":
      return sure(lookUpRoute(world, state, expr));
    case "opaque":
      return { value: ANY, miss: true };
  }
}

function sure(value: Value): Evaluated {
  return { value, miss: false };
}

function single(values: Values): Value {
  return isList(values) ? ANY : values;
}

export function isList(values: Values): values is readonly Value[] {
  return Array.isArray(values);
}

/** Finds a key in a set; a set that is not there, or has been changed on the way, may have it or not. */
export function findIn(table: Table, state: State, ref: SetRef, values: Values): Found<unknown> {
  if (values === undefined) return { hits: [], miss: true };
  const key = isList(values) ? values : [values];
  if ("elements" in ref) return ref.elements.find(key);
  const set: ElementSet<unknown> | undefined = table.sets.get(ref.name);
  if (!set) return { hits: [true], miss: true };
  const found = set.find(key);
  if (state.touched.includes(`-${ref.name}`)) return { ...found, miss: true };
  if (found.hits.length === 0 && state.touched.includes(`+${ref.name}`)) return { hits: [true], miss: true };
  return found;
}

/** One value for all that may have been found. */
function joinHits(hits: readonly Values[]): Values {
  const [first] = hits;
  if (hits.length < 2) return first;
  if (!isList(first)) return span(hits as readonly Value[]);
  return first.map((_, index) => span(hits.map((hit) => (isList(hit) ? hit[index] : undefined))));
}

function span(values: readonly Value[]): Value {
  if (values.some((value) => value === undefined || typeof value === "string" || isVague(value))) return ANY;
  const sorted = (values as Scalar[]).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return { kind: "between", lo: sorted[0]!, hi: sorted.at(-1)! };
}

/**
 * What the routing table says. That the way back to a client is the one it came by (`exists`) is taken for granted where
 * it is not known: a packet that fails there is the route's fault, and found there.
 */
function lookUpRoute(world: World, state: State, expr: Extract<Expr, { kind: "fib" }>): Value {
  const address = state[expr.of];
  switch (expr.result) {
    case "type": {
      const type = addressType(world.locality, address, state.family);
      return expr.by && (type === "local" || type === "broadcast")
        ? typeOn(world, state, address, expr.by, type)
        : type;
    }
    case "oifname":
      return interfaceTo(world.locality, address, state.family);
    case "exists":
      return hasWayBack(world, state, address, expr.by !== undefined);
  }
}

/** Asked by an interface, an address of another one is like any other (inet_dev_addr_type, ipv6_chk_addr). */
function typeOn(world: World, state: State, address: Value, by: "iif" | "oif", type: "local" | "broadcast"): Value {
  // These are everywhere.
  if (type === "broadcast" && typeof address === "bigint" && isEverywhere(address)) return type;
  const [device, owner] = [state[by], deviceOf(world.locality, address, state.family)];
  if (isVague(device) || owner === undefined) return ANY;
  return device === owner ? type : "unicast";
}

function isEverywhere(address: bigint): boolean {
  return address === 0xffffffffn || address >> 24n === 0n;
}

function hasWayBack(world: World, state: State, address: Value, byInterface: boolean): Value {
  if (state.iif === "lo") return 1;
  const back = interfaceTo(world.locality, address, state.family);
  if (!isVague(back) && !isVague(state.iif)) return !byInterface || back === state.iif ? 1 : 0;
  world.assumed.add("the way back to the client is by the interface that it came from");
  return 1;
}
