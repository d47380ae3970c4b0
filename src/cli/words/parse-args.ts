import { fail } from "../../core/error.ts";
import { type Flag, type VerbFlags, spellFlag } from "./flags.ts";
import { findNearest } from "./nearest.ts";

/** What the user typed behind `portguard`: our words, and the command behind the first `--` (nothing without a `--`). */
export interface Invocation {
  readonly words: readonly string[];
  readonly command: readonly string[] | undefined;
}

/** The values of each flag that was given, in order; `true` where it stands without one. */
export type FlagValues = ReadonlyMap<string, readonly (string | true)[]>;

/** Cuts at the first `--` before anything is read, so that the command's own flags are never taken for ours. */
export function splitAtDashes(argv: readonly string[]): Invocation {
  const at = argv.indexOf("--");
  if (at < 0) return { words: argv, command: undefined };
  return { words: argv.slice(0, at), command: argv.slice(at + 1) };
}

/**
 * Reads a verb's words. `onWord` gets each that is no flag, in order, so that the first mistake of the line is the one
 * that is told. Throws UNKNOWN_FLAG or BAD_USAGE.
 */
export function parseArgs(words: readonly string[], of: VerbFlags, onWord: (word: string) => void): FlagValues {
  const values = new Map<string, (string | true)[]>();
  let seen = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (!isFlag(word, of)) {
      onWord(word);
      seen = true;
      continue;
    }
    const [name, given] = splitFlag(word);
    const flag = findFlag(name, word, of);
    const value = given ?? (flag.value === "needed" ? words[++index] : undefined);
    refuseValue(flag, value, given !== undefined);
    if (flag.value === "optional" && value === undefined && seen) refuseLooseValue(flag, words[index + 1]);
    if (values.has(flag.name) && !flag.repeatable)
      fail("BAD_USAGE", `${spellFlag(flag)} is given twice`, "give it once");
    values.set(flag.name, [...(values.get(flag.name) ?? []), value ?? true]);
  }
  return values;
}

/** `-1` is a bad port rather than a flag, where no flag is written that way. */
function isFlag(word: string, { flags }: VerbFlags): boolean {
  if (!word.startsWith("-") || word === "-") return false;
  return !/^-\d/.test(word) || flags.some((flag) => spellFlag(flag) === word);
}

function splitFlag(word: string): [name: string, value: string | undefined] {
  const equals = word.indexOf("=");
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

function findFlag(name: string, word: string, { verb, flags }: VerbFlags): Flag {
  const flag = flags.find((one) => spellFlag(one) === name);
  if (flag) return flag;
  const bare = name.replace(/^-+/, "");
  const long = flags.filter(({ short }) => !short);
  const near = findNearest(
    bare,
    long.map((one) => one.name),
  );
  const meant = flags.find((one) => one.name === (near ?? bare));
  const command = flags.some(({ needsCommand }) => needsCommand) ? "; a command's own flags stand behind `--`" : "";
  const hint = meant ? `did you mean ${spellFlag(meant)}?` : `\`portguard ${verb} --help\` lists them${command}`;
  return fail("UNKNOWN_FLAG", `there is no flag \`${word}\``, hint);
}

/** `8000 --auto 20` would ask for port 20; `--auto 8000` is how people put a flag before the port. */
function refuseLooseValue({ name }: Flag, next: string | undefined): void {
  if (!/^\d+$/.test(next ?? "")) return;
  fail(
    "BAD_USAGE",
    `\`--${name} ${next}\` could mean a port or a number`,
    `write --${name}=${next}, or the port before --${name}`,
  );
}

function refuseValue(flag: Flag, value: string | undefined, byEquals: boolean): void {
  const shown = spellFlag(flag);
  if (flag.value === "none" && byEquals) fail("BAD_USAGE", `${shown} takes no value`, `write ${shown} alone`);
  if (flag.value === "none" || (flag.value === "optional" && !byEquals)) return;
  const missing = value === undefined || value === "" || (!byEquals && value.startsWith("--"));
  if (missing) fail("BAD_USAGE", `${shown} needs a value`, `write ${shown}=${flag.shows ?? "VALUE"}`);
}
