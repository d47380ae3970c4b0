import { type Scalar, type Tri, type Value, isVague, valueKey } from "./value.ts";

/** What one column of an element says. */
export type Interval =
  /** Both ends included. */
  | { readonly lo: Scalar; readonly hi: Scalar }
  /** Every text that begins so: `eth*`. */
  | { readonly prefix: string }
  | { readonly opaque: string };

/** One element: a column for each part of the key. No column at all: whatever no other element has. */
export interface Element<T> {
  readonly columns: readonly Interval[];
  readonly data: T;
}

export interface Found<T> {
  /** What may be found; just one where it is certain. */
  readonly hits: readonly T[];
  /** Whether it may be that nothing is found. */
  readonly miss: boolean;
}

interface Range<T> {
  readonly lo: Scalar;
  readonly hi: Scalar;
  readonly of: Element<T>;
}

interface Index<T> {
  readonly exact: Map<Scalar, Element<T>>;
  /** By `lo`; `reach[i]`: the largest `hi` up to here, for elements that lie within each other. */
  readonly ranges: readonly Range<T>[];
  readonly reach: readonly Scalar[];
  readonly others: readonly Element<T>[];
  readonly rest: Element<T> | undefined;
}

const FEW = 8;
const MOST_SEARCHED = 64;

/** The elements of a set or a map, found by one key at a time. */
export class ElementSet<T> {
  readonly elements: readonly Element<T>[];
  /** The only column of the only element, where that is all there is: most sets are one value in a rule. */
  readonly only: Interval | undefined;
  #index: Index<T> | undefined;
  /** Few elements are looked through more quickly than an index of them is made. */
  #few: readonly Range<T>[] | undefined;
  /** What was found by looking at every element, by the key: many rules ask the same of one packet. */
  #searched: Map<string, Found<T>> | undefined;

  constructor(elements: readonly Element<T>[]) {
    this.elements = elements;
    const [first] = elements;
    this.only = elements.length === 1 && first?.columns.length === 1 ? first.columns[0] : undefined;
  }

  /** The whole key must be there: a column that the packet does not have is the caller's business. */
  find(key: readonly Value[]): Found<T> {
    const first = key[0];
    if (this.elements.length <= FEW && !isVague(first) && key.length === 1) {
      this.#few ??= rangesOf(this.elements);
      if (this.#few.length === this.elements.length) return findFew(this.#few, first as Scalar);
    }
    this.#index ??= indexOf(this.elements);
    if (!key.some(isVague)) {
      const at = key.length === 1 ? (first as Scalar) : joinKey(key as Scalar[]);
      const element = this.#index.exact.get(at) ?? (key.length === 1 ? findRange(this.#index, at) : undefined);
      if (element) return { hits: [element.data], miss: false };
      return this.#search(this.#index.others, key, this.#index.rest);
    }
    return this.#search(this.elements, key, this.#index.rest);
  }

  #search(elements: readonly Element<T>[], key: readonly Value[], rest: Element<T> | undefined): Found<T> {
    if (elements.length <= FEW) return search(elements, key, rest);
    this.#searched ??= new Map();
    const at = key.map(valueKey).join("\u0000");
    let found = this.#searched.get(at);
    if (!found) {
      if (this.#searched.size === MOST_SEARCHED) this.#searched.clear();
      this.#searched.set(at, (found = search(elements, key, rest)));
    }
    return found;
  }
}

/** Those that are a value or a range. */
function rangesOf<T>(elements: readonly Element<T>[]): readonly Range<T>[] {
  return elements.flatMap((of) => {
    const [first, second] = of.columns;
    return first && second === undefined && "lo" in first ? [{ lo: first.lo, hi: first.hi, of }] : [];
  });
}

/** Of several that have it, the narrowest (and of equals the first), as the index finds it. */
function findFew<T>(ranges: readonly Range<T>[], at: Scalar): Found<T> {
  let best: Range<T> | undefined;
  for (const range of ranges) {
    if (!isBetween(range, at)) continue;
    if (!best || range.lo > best.lo || (range.lo === best.lo && range.hi < best.hi)) best = range;
  }
  return best ? { hits: [best.of.data], miss: false } : NOTHING;
}

const NOTHING: Found<never> = { hits: [], miss: true };

function indexOf<T>(elements: readonly Element<T>[]): Index<T> {
  const exact = new Map<Scalar, Element<T>>();
  const ranges: Range<T>[] = [];
  const others: Element<T>[] = [];
  let rest: Element<T> | undefined;
  for (const element of elements) {
    const [first] = element.columns;
    if (first === undefined) rest ??= element;
    else if (element.columns.every((column) => "lo" in column && column.lo === column.hi)) {
      const words = element.columns.map((column) => (column as { lo: Scalar }).lo);
      const at = words.length === 1 ? words[0]! : joinKey(words);
      if (!exact.has(at)) exact.set(at, element);
    } else if (element.columns.length === 1 && "lo" in first) ranges.push({ ...first, of: element });
    else others.push(element);
  }
  // Of those that begin alike the widest first: looking backwards, the narrowest is found.
  ranges.sort((a, b) => (a.lo < b.lo ? -1 : a.lo > b.lo ? 1 : a.hi > b.hi ? -1 : a.hi < b.hi ? 1 : 0));
  const reach: Scalar[] = [];
  for (const { hi } of ranges) reach.push(reach.length > 0 && reach.at(-1)! > hi ? reach.at(-1)! : hi);
  return { exact, ranges, reach, others, rest };
}

function joinKey(parts: readonly Scalar[]): string {
  return parts.join("\u0000");
}

function findRange<T>({ ranges, reach }: Index<T>, at: Scalar): Element<T> | undefined {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.lo <= at) low = middle + 1;
    else high = middle;
  }
  for (let i = low - 1; i >= 0 && reach[i]! >= at; i--) if (ranges[i]!.hi >= at) return ranges[i]!.of;
  return undefined;
}

function search<T>(elements: readonly Element<T>[], key: readonly Value[], rest: Element<T> | undefined): Found<T> {
  const possible = new Set<T>();
  const spans: { lo: Scalar; hi: Scalar }[] = [];
  for (const { columns, data } of elements) {
    if (columns.length === 0) continue;
    const answer = contains(columns, key);
    if (answer === "yes") return { hits: [data], miss: false };
    if (answer === "no") continue;
    possible.add(data);
    if (key.length === 1 && "lo" in columns[0]!) spans.push(columns[0]);
  }
  const covered = key.length === 1 && covers(spans, key[0]);
  if (rest && !covered) possible.add(rest.data);
  return { hits: [...possible], miss: !covered && rest === undefined };
}

function contains(columns: readonly Interval[], key: readonly Value[]): Tri {
  if (columns.length !== key.length) return "maybe";
  let answer: Tri = "yes";
  for (let i = 0; i < columns.length; i++) {
    const each = isWithin(columns[i]!, key[i]);
    if (each === "no") return "no";
    if (each === "maybe") answer = "maybe";
  }
  return answer;
}

export function isWithin(column: Interval, value: Value): Tri {
  if (value === undefined) return "no";
  if ("opaque" in column) return "maybe";
  if ("prefix" in column) return isVague(value) ? "maybe" : String(value).startsWith(column.prefix) ? "yes" : "no";
  if (!isVague(value)) return isBetween(column, value) ? "yes" : "no";
  switch (value.kind) {
    case "any":
      return "maybe";
    case "between":
      if (column.lo <= value.lo && value.hi <= column.hi) return "yes";
      return value.hi < column.lo || column.hi < value.lo ? "no" : "maybe";
    case "bits":
      if (column.lo !== column.hi || typeof column.lo !== "number") return "maybe";
      return (column.lo & ~value.unknown) >>> 0 === value.bits ? "maybe" : "no";
  }
}

function isBetween({ lo, hi }: { readonly lo: Scalar; readonly hi: Scalar }, value: Scalar): boolean {
  // Large numbers are slow to compare: of one value, once is enough.
  return lo === hi ? lo === value : lo <= value && value <= hi;
}

/** Whether these spans together leave nothing of a range of whole numbers out. */
function covers(spans: readonly { lo: Scalar; hi: Scalar }[], value: Value): boolean {
  if (!isVague(value) || value.kind !== "between" || typeof value.hi !== "number") return false;
  let next = value.lo as number;
  for (const { lo, hi } of spans.toSorted((a, b) => Number(a.lo) - Number(b.lo))) {
    if (Number(lo) > next) return false;
    next = Math.max(next, Number(hi) + 1);
  }
  return next > value.hi;
}

/** The set of these values, each alone. */
export function setOf(...values: readonly Scalar[]): ElementSet<unknown> {
  return new ElementSet(values.map((value) => ({ columns: [{ lo: value, hi: value }], data: true })));
}
