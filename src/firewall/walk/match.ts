import { type ElementSet, isWithin } from "../elements.ts";
import type { IpSet, IpSetData, IpSetDimension, Match, Table } from "../model.ts";
import { type Tri, type Value, negate } from "../value.ts";
import { evaluateExpr, findIn, isList } from "./expr.ts";
import { readField } from "./fields.ts";
import { ICMP, ICMPV6, type State, TCP, UDP } from "./state.ts";
import type { World } from "./world.ts";

/** Whether the packet matches. What it does not have matches nothing, and its opposite neither. */
export function askMatch(world: World, table: Table, state: State, match: Match): Tri {
  switch (match.kind) {
    case "in": {
      const only = "elements" in match.set ? match.set.elements.only : undefined;
      if (only && match.left.kind === "field") {
        const value = readField(state, match.left.field);
        if (value === undefined) return "no";
        const answer = isWithin(only, value);
        if (match.assumed !== undefined && answer !== "maybe") world.assumed.add(match.assumed);
        return match.not ? negate(answer) : answer;
      }
      const { value, miss } = evaluateExpr(world, table, state, match.left);
      if (value === undefined) return "no";
      const found = findIn(table, state, match.set, isList(value) ? value : [value]);
      const answer: Tri = found.hits.length === 0 ? "no" : found.miss ? "maybe" : "yes";
      const asked = match.not ? negate(answer) : answer;
      if (match.assumed !== undefined && asked !== "maybe") world.assumed.add(match.assumed);
      return miss && asked === "yes" ? "maybe" : asked;
    }
    case "ipset": {
      const answer = askIpSet(world, state, match.name, match.dimensions);
      return match.not ? negate(answer) : answer;
    }
    case "any": {
      const answers = match.of.map((each) => askMatch(world, table, state, each));
      const answer = answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
      return match.not ? negate(answer) : answer;
    }
    case "fixed":
      if (match.assumed !== undefined) world.assumed.add(match.assumed);
      return match.holds ? "yes" : "no";
    case "listed": {
      world.assumed.add(match.assumed);
      if (state.touched.some((each) => each.slice(1) === match.list)) return "maybe";
      return match.not ? "yes" : "no";
    }
    case "bridge-port": {
      const answer = hasBridgePort(world, state);
      return match.not ? negate(answer) : answer;
    }
    case "opaque":
      return "maybe";
  }
}

/** The kernel keeps the port only of what came in by one. */
function hasBridgePort({ locality: { host } }: World, { iif }: State): Tri {
  const isBridge = iif === "" || iif === "lo" ? false : host.bridges?.some((name) => name === iif);
  return typeof iif === "string" && isBridge === false ? "no" : "maybe";
}

type Directions = readonly ("src" | "dst")[];

/** A list of sets has no lists in it: what a dump says of such is not the kernel's. */
function askIpSet(world: World, state: State, name: string, directions: Directions, isInList = false): Tri {
  const set = world.rules.ipsets.get(name);
  if (!set || state.touched.some((each) => each.slice(1) === `ipset ${name}`)) return "maybe";
  switch (set.body.kind) {
    case "opaque":
      return "maybe";
    case "list": {
      if (isInList) return "maybe";
      const answers = new Set(set.body.members.map((each) => askIpSet(world, state, each, directions, true)));
      return answers.has("yes") ? "yes" : answers.has("maybe") ? "maybe" : "no";
    }
    case "elements":
      if (set.family !== undefined && set.family !== state.family) return "no";
      return askElements(state, set.body, directions);
  }
}

function askElements(
  state: State,
  { dimensions, elements }: Extract<IpSet["body"], { kind: "elements" }>,
  directions: Directions,
): Tri {
  if (directions.length < dimensions.length) return "no";
  const key = dimensions.flatMap((dimension, index) => readDimension(state, dimension, directions[index]!));
  if (key.includes(undefined)) return "no";
  const found = elements.find(key);
  if (found.hits.length === 0 || (dimensions.length === 1 && !found.hits.includes("in"))) return "no";
  // Networks within each other are found from the narrowest on, but only where there is one column.
  const isSure = !found.miss && found.hits.length === 1 && (dimensions.length === 1 || !hasExcluded(elements));
  return isSure ? "yes" : "maybe";
}

const excluding = new WeakMap<ElementSet<IpSetData>, boolean>();

function hasExcluded(set: ElementSet<IpSetData>): boolean {
  const known = excluding.get(set);
  if (known !== undefined) return known;
  const has = set.elements.some(({ data }) => data === "out");
  excluding.set(set, has);
  return has;
}

function readDimension(state: State, dimension: IpSetDimension, direction: "src" | "dst"): Value[] {
  const isSource = direction === "src";
  const port = isSource ? state.sport : state.dport;
  switch (dimension) {
    case "ip":
      return [isSource ? state.saddr : state.daddr];
    case "iface":
      return [isSource ? state.iif : state.oif];
    case "mark":
      return [state.mark];
    case "port":
      return [port];
    case "protocol-port": {
      // Of ICMP, the port is made of its type and code.
      if (state.protocol === ICMP || state.protocol === ICMPV6) return [state.protocol, { kind: "any" }];
      return state.protocol === TCP || state.protocol === UDP ? [state.protocol, port] : [undefined];
    }
  }
}
