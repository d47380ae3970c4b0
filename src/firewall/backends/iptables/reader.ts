import { ElementSet, type Interval, setOf } from "../../elements.ts";
import type { Expr, Field, Match } from "../../model.ts";
import type { Option } from "./words.ts";
import type { Scalar } from "../../value.ts";

/** A part of a rule's matches, with the text it came from. */
export interface ReadMatch {
  readonly match: Match;
  readonly text: string;
  /** A list that the match adds the packet to. */
  readonly touches?: string;
}

/** What the options of one `-m NAME` ask; nothing where one of them is not understood. */
export type MatchReader = (options: readonly Option[], family: 4 | 6) => readonly ReadMatch[] | undefined;

/** A reader for matches whose options are each a question of its own. */
export function eachOption(read: (option: Option, family: 4 | 6) => Match | undefined): MatchReader {
  return (options, family) => {
    const matches = options.map((option) => ({ match: read(option, family), text: option.text }));
    return matches.every((each): each is ReadMatch => each.match !== undefined) ? matches : undefined;
  };
}

/** Holds, or not, whatever the packet is. */
export function always(holds: boolean, assumed?: string): MatchReader {
  return (options) => [{ match: fixed(holds, assumed), text: options.map(({ text }) => text).join(" ") }];
}

export function fixed(holds: boolean, assumed?: string): Match {
  return assumed === undefined ? { kind: "fixed", holds } : { kind: "fixed", holds, assumed };
}

export function field(name: Field): Expr {
  return { kind: "field", field: name };
}

export function isIn(left: Expr, intervals: readonly (Interval | undefined)[], not: boolean): Match | undefined {
  const known = intervals.filter((each) => each !== undefined);
  if (known.length !== intervals.length || known.length === 0) return undefined;
  const elements = new ElementSet<unknown>(known.map((interval) => ({ columns: [interval], data: true })));
  return { kind: "in", left, set: { elements }, not };
}

export function isOneOf(left: Expr, values: readonly Scalar[], not: boolean): Match {
  return { kind: "in", left, set: { elements: setOf(...values) }, not };
}

/** With what is taken for granted of what it asks. */
export function assuming(match: Match, assumed: string): Match {
  return match.kind === "in" ? { ...match, assumed } : match;
}

/** `left & mask == value`. */
export function hasBits(left: Expr, mask: number, value: number, not: boolean): Match {
  const masked: Expr = { kind: "bits", op: "&", left, right: { kind: "const", value: mask >>> 0 } };
  return isOneOf(masked, [value >>> 0], not);
}

/** `0x10/0xff`, `16`; the mask is everything where there is none. */
export function readMarkMask(text: string | undefined): { value: number; mask: number } | undefined {
  const [, value, mask = "0xffffffff"] =
    /^(0x[0-9a-f]{1,8}|\d{1,10})(?:\/(0x[0-9a-f]{1,8}|\d{1,10}))?$/i.exec(text ?? "") ?? [];
  if (value === undefined || Math.max(Number(value), Number(mask)) > 0xffffffff) return undefined;
  return { value: Number(value), mask: Number(mask) };
}
