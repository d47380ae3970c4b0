import { parseCidr } from "../../core/cidr.ts";
import { ANY_PLACE, type PfAddress, type PfLine, type PfPlace, type PfPort, type PfRule } from "./model.ts";

const MOST_LINES = 100_000;
const MOST_LENGTH = 16_384;
/** Words a line may begin with that never decide about a packet's way in. */
const NEVER_FILTERS = /^(set|scrub|scrub-anchor|nat-anchor|rdr-anchor|binat-anchor|table|altq|queue|[A-Za-z_]\w*\s*=)/;

/** Reads pf text line by line; a line that is not wholly understood is kept as `other`. */
export function parsePf(text: string): PfLine[] {
  const lines = text.replaceAll(/\\\r?\n/g, " ").split(/\r?\n/, MOST_LINES + 1);
  const parsed = lines.slice(0, MOST_LINES).flatMap((line) => parseLine(line.trim()) ?? []);
  return lines.length > MOST_LINES ? [...parsed, other("…")] : parsed;
}

function parseLine(line: string): PfLine | undefined {
  if (line === "" || line.startsWith("#")) return undefined;
  // an open quote would let the rest be read as something else
  if (line.length > MOST_LENGTH || line.split('"').length % 2 === 0) return other(line);
  const words = splitWords(line);
  if (words[0] === "anchor") return parseAnchor(words) ?? other(line);
  return words[0] === "pass" || words[0] === "block" ? (new RuleReader(words).read() ?? other(line)) : other(line);
}

function other(text: string): PfLine {
  return { kind: "other", text, filters: !NEVER_FILTERS.test(text) };
}

/** Words, quoted strings with their quotes, and the signs that stand alone; a comment ends the line. */
function splitWords(line: string): string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(
    /"[^"]*"|<[A-Za-z_][^<>\s]*>|[{}(),]|!=|<=|>=|><|<>|[<>!=]|#.*|[^\s{}(),<>!=#"]+/g,
  )) {
    if (word.startsWith("#")) break;
    words.push(word);
  }
  return words;
}

/** Without a block of rules of its own, which would stand on the lines behind it. */
function parseAnchor(words: readonly string[]): PfLine | undefined {
  const name = /^"([^"]+)"$/.exec(words[1] ?? "")?.[1];
  if (name === undefined || words.includes("{")) return undefined;
  const quick = words[2] === "quick";
  return { kind: "anchor", name, quick, rest: words.slice(quick ? 3 : 2).join(" ") };
}

/** Words that stand in front of a rule's options: where one is among them, something before it was not understood. */
const BEFORE_OPTIONS = /^(?:in|out|on|quick|inet6?|proto|all|from|to|log|drop|return\S*)$/;

/** Reads one filter rule; anything unexpected makes it nothing. */
class RuleReader {
  #at = 0;
  #isOdd = false;

  constructor(private readonly words: readonly string[]) {}

  read(): PfRule | undefined {
    const action = this.#take() as "pass" | "block";
    const answer = action === "block" ? this.#oneOf("drop", "return") : undefined;
    const direction = this.#oneOf("in", "out");
    const log = this.#skip("log");
    const quick = this.#skip("quick");
    const on = this.#skip("on") ? this.#readInterface() : undefined;
    const inet = this.#oneOf("inet", "inet6");
    const protocols = this.#skip("proto") ? this.#readList(() => this.#readName()) : [];
    const { from, to } = this.#readPlaces();
    const options = this.words.slice(this.#at);
    const isClean = options.every((word) => !/^[{}(),<>!=]/.test(word) && !BEFORE_OPTIONS.test(word));
    if (this.#isOdd || !isClean) return undefined;
    return {
      kind: "rule",
      action,
      ...(answer && { answer }),
      ...(direction && { direction }),
      ...(log && { log }),
      quick,
      ...(on && { on }),
      ...(inet && { family: inet === "inet" ? 4 : 6 }),
      protocols,
      from,
      to,
      options,
    };
  }

  #readInterface(): PfRule["on"] {
    const not = this.#skip("!");
    return { not, name: this.#readName() };
  }

  #readPlaces(): { from: PfPlace; to: PfPlace } {
    if (this.#skip("all")) return { from: ANY_PLACE, to: ANY_PLACE };
    const from = this.#skip("from") ? this.#readPlace() : ANY_PLACE;
    const to = this.#skip("to") ? this.#readPlace() : ANY_PLACE;
    return { from, to };
  }

  #readPlace(): PfPlace {
    const addresses = this.#skip("any") || this.#peek() === "port" ? [] : this.#readList(() => this.#readAddress());
    const ports = this.#skip("port") ? this.#readList(() => this.#readPort()) : [];
    return { addresses, ports };
  }

  #readAddress(): PfAddress {
    const not = this.#skip("!");
    const text = this.#skip("(") ? `(${this.#readName()}${this.#close()}` : this.#readName();
    const network = parseCidr(text);
    return { not, at: network ? { kind: "network", network } : { kind: "named", text } };
  }

  #close(): string {
    if (!this.#skip(")")) this.#isOdd = true;
    return ")";
  }

  #readPort(): PfPort {
    const sign = this.#oneOf("=", "!=", "<", "<=", ">", ">=");
    const word = this.#readName();
    const range = /^(\d+):(\d+)$/.exec(word);
    if (range) return sign ? this.#odd() : { op: ":", first: Number(range[1]), last: Number(range[2]) };
    if (!/^\d+$/.test(word)) return sign === undefined || sign === "=" ? { op: "named", name: word } : this.#odd();
    if (sign) return { op: sign, port: Number(word) };
    const between = this.#oneOf("><", "<>");
    if (!between) return { op: "=", port: Number(word) };
    const last = this.#readName();
    return /^\d+$/.test(last) ? { op: between, first: Number(word), last: Number(last) } : this.#odd();
  }

  #odd(): PfPort {
    this.#isOdd = true;
    return { op: "=", port: 0 };
  }

  /** One item, or several in braces, with or without commas between. */
  #readList<T>(readItem: () => T): T[] {
    if (!this.#skip("{")) return [readItem()];
    const items: T[] = [];
    while (!this.#isOdd && !this.#skip("}")) {
      items.push(readItem());
      this.#skip(",");
    }
    return items;
  }

  #readName(): string {
    const word = this.#take();
    const isName = word !== undefined && /^(?:<[^<>]+>|[\w.:/%*-]+)$/.test(word);
    if (!isName || word === "any") this.#isOdd = true;
    return word ?? "";
  }

  #oneOf<W extends string>(...wanted: readonly W[]): W | undefined {
    const found = wanted.find((word) => word === this.#peek());
    if (found !== undefined) this.#at++;
    return found;
  }

  #skip(word: string): boolean {
    return this.#oneOf(word) !== undefined;
  }

  #peek(): string | undefined {
    return this.words[this.#at];
  }

  #take(): string | undefined {
    return this.words[this.#at++];
  }
}
