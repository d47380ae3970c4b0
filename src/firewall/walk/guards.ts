import type { Element } from "../elements.ts";
import type { Chain, Field, Match, Table } from "../model.ts";
import { type Scalar, type Value, isVague } from "../value.ts";
import { readField } from "./fields.ts";
import type { State } from "./state.ts";

/**
 * What the rules of a chain ask first of single fields, as numbers side by side: nearly every rule is for other packets, and
 * is passed by without a look at the rule itself. What is left out here is asked of the rule.
 */
interface Guards {
  readonly fields: Field[];
  /** Names of interfaces as numbers. */
  readonly words: Map<string, number>;
  /** Rule `i` has the tests from `starts[i]` up to, and without, `starts[i + 1]`. */
  readonly starts: number[];
  /** Each test: whether a field (by its index) lies between two numbers, or not; `part`: which part of the rule says so. */
  readonly field: number[];
  readonly lo: number[];
  readonly hi: number[];
  readonly not: boolean[];
  readonly part: number[];
}

function build({ rules }: Chain): Guards {
  const guards: Guards = { fields: [], words: new Map(), starts: [0], field: [], lo: [], hi: [], not: [], part: [] };
  for (const { parts } of rules) {
    // What stands behind something that a rule does is not asked before that is done.
    for (let at = 0; at < parts.length; at++) {
      const part = parts[at]!;
      if (part.do !== "match") break;
      add(guards, part.match, at);
    }
    guards.starts.push(guards.field.length);
  }
  return guards;
}

function add(guards: Guards, match: Match, part: number): void {
  if (match.kind === "any" && match.of.length === 1 && !match.not) return add(guards, match.of[0]!, part);
  // What is taken for granted has to be told where it counts.
  if (match.kind !== "in" || match.assumed !== undefined || match.left.kind !== "field" || !("elements" in match.set))
    return;
  const { elements } = match.set;
  const hull = elements.only ?? hullOf(elements.elements);
  if (!hull || !("lo" in hull)) return;
  const { lo, hi } = hull;
  // The opposite of a number that is rounded, or of more than was asked for, is not known.
  if (match.not && !(elements.only && isSmall(lo) && isSmall(hi))) return;
  if (typeof lo === "string" && lo !== hi) return;
  guards.field.push(indexOf(guards, match.left.field));
  guards.lo.push(numberOf(guards, lo));
  guards.hi.push(numberOf(guards, hi));
  guards.not.push(match.not);
  guards.part.push(part);
}

function indexOf({ fields }: Guards, field: Field): number {
  const index = fields.indexOf(field);
  return index === -1 ? fields.push(field) - 1 : index;
}

function numberOf({ words }: Guards, value: Scalar): number {
  if (typeof value !== "string") return Number(value);
  let number = words.get(value);
  if (number === undefined) words.set(value, (number = words.size));
  return number;
}

/** What holds all of these numbers; nothing for any other elements. */
function hullOf(elements: readonly Element<unknown>[]): { lo: Scalar; hi: Scalar } | undefined {
  let [lo, hi]: (Scalar | undefined)[] = [];
  for (const { columns } of elements) {
    const [first, second] = columns;
    if (!first || second || !("lo" in first) || typeof first.lo === "string") return undefined;
    if (lo === undefined || first.lo < lo) lo = first.lo;
    if (hi === undefined || first.hi > hi) hi = first.hi;
  }
  return lo === undefined || hi === undefined ? undefined : { lo, hi };
}

/** Whether it is the same as a floating-point number. */
function isSmall(value: Scalar): boolean {
  return typeof value !== "bigint" || value <= Number.MAX_SAFE_INTEGER;
}

const known = new WeakMap<Chain, Guards>();

function guardsOf(chain: Chain): Guards {
  let guards = known.get(chain);
  if (!guards) known.set(chain, (guards = build(chain)));
  return guards;
}

/** Does beforehand what the first packet would have to wait for. */
export function prepareGuards(tables: readonly Table[]): void {
  for (const { chains } of tables) for (const chain of chains.values()) guardsOf(chain);
}

/** What a packet has in each of the fields, at least and at most. Large numbers are rounded, which keeps their order. */
interface Facts {
  readonly absent: Uint8Array;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

/** What these guards have to know of a packet. */
function factsOf({ fields, words }: Guards, state: State): Facts {
  const absent = new Uint8Array(fields.length);
  const lo = new Float64Array(fields.length);
  const hi = new Float64Array(fields.length);
  for (const [index, field] of fields.entries()) {
    const value = readField(state, field);
    if (value === undefined) absent[index] = 1;
    else [lo[index], hi[index]] = boundsOf(value, words);
  }
  return { absent, lo, hi };
}

function boundsOf(value: NonNullable<Value>, words: Guards["words"]): [lo: number, hi: number] {
  if (isVague(value)) {
    const isRange = value.kind === "between" && typeof value.lo !== "string" && typeof value.hi !== "string";
    return isRange ? [Number(value.lo), Number(value.hi)] : [-Infinity, Infinity];
  }
  const number = typeof value === "string" ? (words.get(value) ?? -1) : Number(value);
  return [number, number];
}

/** A chain's guards, and what they know of the packet that was asked about last. */
export class Guarded {
  readonly #guards: Guards;
  #state: State | undefined;
  #facts: Facts | undefined;

  constructor(chain: Chain) {
    this.#guards = guardsOf(chain);
  }

  /** Which part of a rule (by its index within the chain) surely does not hold; nothing where that is not known. */
  failing(state: State, rule: number): number | undefined {
    if (this.#state !== state || !this.#facts) [this.#state, this.#facts] = [state, factsOf(this.#guards, state)];
    return findFailing(this.#guards, this.#facts, rule);
  }
}

function findFailing(guards: Guards, { absent, lo, hi }: Facts, rule: number): number | undefined {
  const end = guards.starts[rule + 1]!;
  for (let test = guards.starts[rule]!; test < end; test++) {
    const field = guards.field[test]!;
    const isInside = lo[field]! >= guards.lo[test]! && hi[field]! <= guards.hi[test]!;
    const isOutside = hi[field]! < guards.lo[test]! || lo[field]! > guards.hi[test]!;
    if (absent[field] === 1 || (guards.not[test] ? isInside : isOutside)) return guards.part[test]!;
  }
  return undefined;
}
