/** The words of a line as iptables-save and ipset write it: `"…"` is one word, in which `\` escapes the next character. */
export function splitWords(line: string): string[] {
  if (!line.includes('"')) return line.split(" ").filter((word) => word !== "");
  const words: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"]+)/g)) {
    words.push(quoted === undefined ? plain! : quoted.replaceAll(/\\(.)/g, "$1"));
  }
  return words;
}

/** Whether a quoted word of a line has no end. */
export function hasOpenQuote(line: string): boolean {
  let isOpen = false;
  for (let at = line.indexOf('"'); at !== -1 && at < line.length; at++) {
    if (line[at] === '"') isOpen = !isOpen;
    else if (isOpen && line[at] === "\\") at++;
  }
  return isOpen;
}

/** One option with its values, `! --dport 80` or `-s 10.0.0.0/8`. */
export interface Option {
  /** Without dashes: `dport`, `s`. */
  readonly name: string;
  readonly values: readonly string[];
  readonly not: boolean;
  readonly text: string;
}

/** A match with its options, or the target: `-m tcp --dport 80`, `-j REJECT --reject-with tcp-reset`. */
export interface Clause {
  readonly kind: "builtin" | "match" | "jump" | "goto";
  /** Of the match, the target or the chain; empty for what needs no `-m`. */
  readonly name: string;
  readonly options: readonly Option[];
  readonly text: string;
}

/** Their value may look like an option. */
const FREE_TEXT = new Set(["comment", "log-prefix", "nflog-prefix", "string", "hex-string", "ulog-prefix"]);

class ReadClause implements Clause {
  readonly options: Option[] = [];

  constructor(
    readonly kind: Clause["kind"],
    readonly name: string,
  ) {}

  /** Put together only where somebody asks: of what is understood, nobody does. */
  get text(): string {
    const flag = { builtin: [], match: ["-m", this.name], jump: ["-j", this.name], goto: ["-g", this.name] }[this.kind];
    return [...flag, ...this.options.map(({ text }) => text)].join(" ");
  }
}

/** Puts the words of a rule, behind `-A CHAIN`, in order. */
export function splitClauses(words: readonly string[]): Clause[] {
  let clause = new ReadClause("builtin", "");
  const clauses = [clause];
  for (let at = 0; at < words.length;) {
    const kind = kindOf(words[at]!);
    if (kind) {
      clauses.push((clause = new ReadClause(kind, words[at + 1] ?? "")));
      at += 2;
    } else at = readOption(words, at, clause.options);
  }
  return clauses.filter(({ kind, options }) => kind !== "builtin" || options.length > 0);
}

function kindOf(word: string): Clause["kind"] | undefined {
  return word === "-m" ? "match" : word === "-j" ? "jump" : word === "-g" ? "goto" : undefined;
}

/** Answers where the next one begins. */
function readOption(words: readonly string[], start: number, options: Option[]): number {
  const not = words[start] === "!";
  const first = not ? start + 1 : start;
  const word = words[first] ?? "";
  const name = word.startsWith("--") ? word.slice(2) : word.startsWith("-") ? word.slice(1) : word;
  let next = first + 1;
  if (FREE_TEXT.has(name)) next++;
  else while (next < words.length && !isStart(words[next]!)) next++;
  const text = words.slice(start, next).join(" ");
  options.push({ name, values: words.slice(first + 1, next), not, text });
  return next;
}

function isStart(word: string): boolean {
  return word === "!" || (word.startsWith("-") && /^--?[a-z]/i.test(word));
}
