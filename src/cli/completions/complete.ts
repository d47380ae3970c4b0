import { type Flag, spellFlag } from "../words/flags.ts";
import type { HelpPage } from "../words/help.ts";
import type { Verb } from "../verbs.ts";
import { type Candidate, findLive, type Live } from "./live.ts";

/** What may stand at the cursor; the shell knows files and other programs' words itself. */
export type Completion =
  | { readonly kind: "words"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "files" }
  | { readonly kind: "folders" }
  /** The word is of the command behind `--`. */
  | { readonly kind: "command" };

interface Verbs {
  readonly [name: string]: { readonly summary: string; readonly help: Verb["help"] };
}

const ROOT_FLAGS: readonly Candidate[] = [
  { value: "--help", what: "the verbs" },
  { value: "--version", what: "version, commit and target" },
];
const NOTHING: Completion = { kind: "words", candidates: [] };

/**
 * Completes the word that is typed behind others (`portguard` itself left out), by the table of verbs and what their help
 * says: a verb or a flag that has its place there is completed, and nothing needs to be told here.
 */
export async function complete(
  before: readonly string[],
  typed: string,
  verbs: Verbs,
  live: Live,
): Promise<Completion> {
  const [name] = before;
  if (name === undefined) {
    const all = Object.entries(verbs).map(([value, { summary }]) => ({ value, what: summary }));
    return startingWith(typed, typed.startsWith("-") ? ROOT_FLAGS : all);
  }
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!verb) return NOTHING;
  const words = before.slice(1);
  const page = await verb.help(words);
  if (words.includes("--")) return { kind: "command" };
  const valueOf = findFlag(words.at(-1), page, "needed");
  if (valueOf) return completeValue(valueOf, typed, "", live);
  const equals = typed.startsWith("--") ? typed.indexOf("=") : -1;
  if (equals >= 0) {
    const flag = page.flags.find((one) => one.value !== "none" && spellFlag(one) === typed.slice(0, equals));
    return flag ? completeValue(flag, typed.slice(equals + 1), typed.slice(0, equals + 1), live) : NOTHING;
  }
  if (typed.startsWith("-")) return startingWith(typed, listFlags(page, words));
  return completeOperand(page, words, typed, live);
}

/** The flag that this word is, where it takes its value like this. */
function findFlag(word: string | undefined, { flags }: HelpPage, value: Flag["value"]): Flag | undefined {
  return flags.find((flag) => flag.value === value && spellFlag(flag) === word);
}

/** Those that may be given (again), and `--` where a command may follow. */
function listFlags({ flags }: HelpPage, words: readonly string[]): readonly Candidate[] {
  const isOpen = (flag: Flag) =>
    flag.repeatable || !words.some((word) => word === spellFlag(flag) || word.startsWith(`${spellFlag(flag)}=`));
  const dashes = flags.some(({ needsCommand }) => needsCommand) ? [{ value: "--", what: "then the command" }] : [];
  const open = flags.filter(isOpen).map((flag) => ({ value: spellFlag(flag), what: flag.help }));
  return [...open, { value: "-h", what: "one screen of help" }, ...dashes];
}

async function completeValue(flag: Flag, typed: string, prefix: string, live: Live): Promise<Completion> {
  const shows = flag.shows ?? "";
  const listed = flag.values ?? listAlternatives(shows);
  if (listed.length > 0) {
    return startingWith(
      prefix + typed,
      listed.map((value) => ({ value: prefix + value, what: flag.help })),
    );
  }
  return flag.values === undefined ? completeKind(shows, typed, prefix, live, undefined) : NOTHING;
}

/** `fail|wait[=30s]`: fail, wait, wait=. What is written in capitals, or is an example, lists no words. */
function listAlternatives(shows: string): readonly string[] {
  if (!shows.includes("|")) return [];
  return shows.split("|").flatMap((one) => {
    const [, word, more] = /^([a-z][a-z-]*)(\[=.*\])?$/.exec(one) ?? [];
    if (word === undefined) return [];
    return more === undefined ? [word] : [word, `${word}=`];
  });
}

async function completeOperand(
  page: HelpPage,
  words: readonly string[],
  typed: string,
  live: Live,
): Promise<Completion> {
  const given = words.filter((word, at) => !word.startsWith("-") && !findFlag(words[at - 1], page, "needed"));
  const operands = listOperands(page);
  const last = operands.at(-1);
  const meant = operands[given.length] ?? (last?.endsWith("…") ? last : undefined);
  if (meant !== undefined) return completeKind(meant, typed, "", live, given[operands.indexOf("FILE")]);
  return words.length === 0 ? startingWith(typed, listSubverbs(page)) : NOTHING;
}

/** What the usage has in capitals right behind the verb: `wrap FILE NAME [flags]`, `who PORT|PID|NAME`, `wait TARGET…`. */
function listOperands({ usage }: HelpPage): readonly string[] {
  const words = (usage.split(" | ")[0] ?? "").split(" ").slice(1);
  const end = words.findIndex((word) => !/^\[?[A-Z]+(?:[=|][A-Z]+)*\]?…?\]?$/.test(word));
  return (end < 0 ? words : words.slice(0, end)).map((word) => word.replaceAll(/[[\]]/g, ""));
}

/** The words that a verb has for what else it does: `clean [flags] | clean schedule [flags]`. */
function listSubverbs({ usage, line }: HelpPage): readonly Candidate[] {
  const words = usage.split(" | ").map((each) => each.split(" ")[1] ?? "");
  return words.filter((word) => /^[a-z]+$/.test(word)).map((value) => ({ value, what: line }));
}

/** By the word that help has for a value; `file` is the one that stands before it. */
async function completeKind(
  shows: string,
  typed: string,
  prefix: string,
  live: Live,
  file: string | undefined,
): Promise<Completion> {
  const kinds = new Set(shows.match(/[A-Z]+/g));
  if (kinds.has("FILE") || kinds.has("PATH") || kinds.has("GLOB")) return { kind: "files" };
  if (kinds.has("DIR")) return { kind: "folders" };
  const found = await findLive(kinds, live, file);
  return startingWith(
    prefix + typed,
    found.map(({ value, what }) => ({ value: prefix + value, what })),
  );
}

function startingWith(typed: string, candidates: readonly Candidate[]): Completion {
  return { kind: "words", candidates: candidates.filter(({ value }) => value.startsWith(typed)) };
}
