import { ElementSet, type Interval } from "../../elements.ts";
import type { Expr, Match, SetRef } from "../../model.ts";
import { readExpr } from "./expr.ts";
import { type Json, type JsonObject, isList, isObject } from "./json.ts";
import { type Kind, readInterval, readScalar } from "./kinds.ts";
import { readElements } from "./sets.ts";
import { renderMatch } from "./text.ts";

/** `{"match": {op, left, right}}`, with what the packet must be for the left side to be there. */
export function readMatch(body: JsonObject): readonly Match[] {
  const { op, left, right } = body;
  if (left === undefined || right === undefined) return [opaque(body)];
  const { expr, kinds, needs, assumed } = readExpr(left);
  const match = readComparison(typeof op === "string" ? op : "==", expr, kinds, right);
  return [...needs, match?.kind === "in" && assumed !== undefined ? { ...match, assumed } : (match ?? opaque(body))];
}

function opaque(body: JsonObject): Match {
  return { kind: "opaque", text: renderMatch(body) };
}

function readComparison(op: string, left: Expr, kinds: readonly Kind[], right: Json): Match | undefined {
  const [kind = "other"] = kinds;
  if (left.kind === "fib" && kind === "interface" && readScalar(right, "exists") !== undefined) {
    return readExistence(op, left, right);
  }
  const set = setOf(right, kinds);
  switch (op) {
    case "==":
    case "!=":
      return inSet(left, set ?? elements(readColumns(right, kinds)), op === "!=");
    case "in":
    case "!":
      return set ? inSet(left, set, op === "!") : readBitTest(left, kind, right, op === "!");
    case "<":
    case "<=":
    case ">":
    case ">=":
      return readOrder(op, left, kind, right);
  }
  return undefined;
}

/** A set by its name, or one that stands in the rule. */
function setOf(right: Json, kinds: readonly Kind[]): SetRef | undefined {
  if (typeof right === "string" && right.startsWith("@")) return { name: right.slice(1) };
  const list = isObject(right) ? right["set"] : undefined;
  return isList(list) ? { elements: readElements(list, kinds) } : undefined;
}

function readColumns(right: Json, kinds: readonly Kind[]): Interval[] {
  const parts = isObject(right) && isList(right["concat"]) ? right["concat"] : [right];
  return parts.map((part, index) => readInterval(part, kinds[index] ?? "other"));
}

function elements(columns: readonly Interval[]): SetRef {
  return { elements: new ElementSet<unknown>([{ columns, data: true }]) };
}

function inSet(left: Expr, set: SetRef, not: boolean): Match {
  return { kind: "in", left, set, not };
}

/** `fib saddr . iif oif missing`: whether there is a route at all. */
function readExistence(op: string, left: Extract<Expr, { kind: "fib" }>, right: Json): Match | undefined {
  if (op !== "==" && op !== "!=") return undefined;
  const value = readScalar(right, "exists")!;
  return inSet({ ...left, result: "exists" }, elements([{ lo: value, hi: value }]), op === "!=");
}

/** `in` a list of bits: one of them is enough; `!`: none of them is there. */
function readBitTest(left: Expr, kind: Kind, right: Json, not: boolean): Match | undefined {
  // A packet has one state: any of these.
  if (kind === "state" && isList(right)) return inSet(left, { elements: readElements(right, [kind]) }, not);
  const mask = readScalar(right, kind);
  if (typeof mask !== "number") return undefined;
  const bits: Expr = { kind: "bits", op: "&", left, right: { kind: "const", value: mask } };
  return inSet(bits, elements([{ lo: 0, hi: 0 }]), !not);
}

const MOST_NUMBER = 0xffffffff;
const MOST_ADDRESS = (1n << 128n) - 1n;

function readOrder(op: "<" | "<=" | ">" | ">=", left: Expr, kind: Kind, right: Json): Match | undefined {
  const limit = readScalar(right, kind);
  if (limit === undefined || typeof limit === "string") return undefined;
  const isLong = typeof limit === "bigint";
  const lowest = isLong ? 0n : 0;
  const most = isLong ? MOST_ADDRESS : MOST_NUMBER;
  // `< limit` is the opposite of `>= limit`.
  const isUpward = op === "<" || op === ">=";
  const interval = isUpward ? { lo: limit, hi: most } : { lo: lowest, hi: limit };
  return inSet(left, elements([interval]), op === "<" || op === ">");
}
