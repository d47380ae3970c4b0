import { own } from "../../own.ts";

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
const KINDS: Readonly<Record<string, Clause["kind"]>> = { "-m": "match", "-j": "jump", "-g": "goto" };

/** Puts the words of a rule, behind `-A CHAIN`, in order. */
export function splitClauses(words: readonly string[]): Clause[] {
  const clauses: Clause[] = [];
  let clause = { kind: "builtin" as Clause["kind"], name: "", options: [] as Option[] };
  const close = () => clauses.push({ ...clause, text: textOf(clause) });
  for (let at = 0; at < words.length;) {
    const kind = own(KINDS, words[at]!);
    if (kind) {
      close();
      clause = { kind, name: words[at + 1] ?? "", options: [] };
      at += 2;
      continue;
    }
    const option = readOption(words, at);
    clause.options.push(option.option);
    at = option.next;
  }
  close();
  return clauses.filter(({ kind, options }) => kind !== "builtin" || options.length > 0);
}

function readOption(words: readonly string[], start: number): { option: Option; next: number } {
  const not = words[start] === "!";
  const first = not ? start + 1 : start;
  const name = (words[first] ?? "").replace(/^-{1,2}/, "");
  let next = first + 1;
  if (FREE_TEXT.has(name)) next++;
  else while (next < words.length && !isStart(words[next]!)) next++;
  const text = words.slice(start, next).join(" ");
  return { option: { name, values: words.slice(first + 1, next), not, text }, next };
}

function isStart(word: string): boolean {
  return word === "!" || /^--?[a-z]/i.test(word);
}

function textOf({ kind, name, options }: Omit<Clause, "text">): string {
  const rest = options.map(({ text }) => text);
  const flag = { builtin: [], match: ["-m", name], jump: ["-j", name], goto: ["-g", name] }[kind];
  return [...flag, ...rest].join(" ");
}
