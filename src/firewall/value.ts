/** What can be compared: numbers (ports, marks, flags), addresses as bigint, names of interfaces as text. */
export type Scalar = number | bigint | string;

/** What is known of one thing of a packet: exactly, in part, not at all; nothing: this packet does not have it. */
export type Value = Scalar | Vague | undefined;

export type Vague =
  /** `own`: an address of this machine, whichever. */
  | { readonly kind: "any"; readonly own?: true }
  /** One of these numbers. */
  | { readonly kind: "between"; readonly lo: Scalar; readonly hi: Scalar }
  /** A number of which the bits in `unknown` are not known (and 0 in `bits`). */
  | { readonly kind: "bits"; readonly bits: number; readonly unknown: number };

export const ANY: Vague = { kind: "any" };
export const ANY_OWN: Vague = { kind: "any", own: true };

/** Three answers: where a thing is not known, neither yes nor no. */
export type Tri = "yes" | "no" | "maybe";

export function isVague(value: Value): value is Vague {
  return typeof value === "object";
}

export function negate(answer: Tri): Tri {
  return answer === "yes" ? "no" : answer === "no" ? "yes" : "maybe";
}

/** `a OP b` on 32 bits, as far as it is known. */
export function combineBits(op: "&" | "|" | "^" | "<<" | ">>", a: Value, b: Value): Value {
  if (a === undefined || b === undefined) return undefined;
  if (typeof a === "bigint" || typeof b === "bigint") return combineLong(op, a, b);
  if (typeof a === "number" && typeof b === "number") return calculate(op, a, b);
  const [left, right] = [bitsOf(a), bitsOf(b)];
  if (!left || !right) return ANY;
  switch (op) {
    case "&":
      return pack(left.bits & right.bits, (left.unknown & (right.bits | right.unknown)) | (right.unknown & left.bits));
    case "|":
      return pack(left.bits | right.bits, (left.unknown & ~right.bits) | (right.unknown & ~left.bits));
    case "^":
      return pack(left.bits ^ right.bits, left.unknown | right.unknown);
    case "<<":
    case ">>":
      return ANY;
  }
}

function bitsOf(value: Value): { bits: number; unknown: number } | undefined {
  if (typeof value === "number") return { bits: value, unknown: 0 };
  if (!isVague(value) || value.kind === "between") return undefined;
  return value.kind === "any" ? { bits: 0, unknown: -1 } : value;
}

function pack(bits: number, unknown: number): Value {
  return unknown === 0 ? bits >>> 0 : { kind: "bits", bits: (bits & ~unknown) >>> 0, unknown: unknown >>> 0 };
}

function calculate(op: "&" | "|" | "^" | "<<" | ">>", a: number, b: number): number {
  switch (op) {
    case "&":
      return (a & b) >>> 0;
    case "|":
      return (a | b) >>> 0;
    case "^":
      return (a ^ b) >>> 0;
    case "<<":
      return (a << b) >>> 0;
    case ">>":
      return a >>> b;
  }
}

/** Addresses are masked, and nothing else is done to them. */
function combineLong(op: string, a: Value, b: Value): Value {
  return op === "&" && typeof a === "bigint" && typeof b === "bigint" ? a & b : ANY;
}

/** A short text that is the same for the same knowledge. */
export function valueKey(value: Value): string {
  if (value === undefined) return "-";
  if (!isVague(value)) return typeof value === "bigint" ? `${value}n` : String(value);
  switch (value.kind) {
    case "any":
      return value.own ? "?own" : "?";
    case "between":
      return `${value.lo}..${value.hi}`;
    case "bits":
      return `${value.bits}?${value.unknown}`;
  }
}
