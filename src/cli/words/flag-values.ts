import { fail } from "../../core/error.ts";
import type { ColorMode } from "../../report/style.ts";
import type { FlagValues } from "./parse-args.ts";

const COLORS: readonly ColorMode[] = ["auto", "always", "never"];

/** Every value that a flag was given. */
export function textsOf(flags: FlagValues, name: string): readonly string[] {
  return (flags.get(name) ?? []).filter((value) => value !== true);
}

/** The value of a flag that may be given once. */
export function textOf(flags: FlagValues, name: string): string | undefined {
  return textsOf(flags, name)[0];
}

/** One of a few words. Throws BAD_USAGE, which lists them. */
export function oneOf<T extends string>(words: readonly T[], text: string, flag: string): T {
  const found = words.find((word) => word === text);
  return found ?? fail("BAD_USAGE", `\`${text}\` is not a value of ${flag}`, `it is one of ${words.join(", ")}`);
}

/** What --color says. Throws BAD_USAGE. */
export function colorOf(flags: FlagValues): ColorMode {
  return oneOf(COLORS, textOf(flags, "color") ?? "auto", "--color");
}

/** Refuses two flags that can't both be meant. Throws BAD_USAGE. */
export function refuseBoth(flags: FlagValues, a: string, b: string, why = "contradict each other"): void {
  if (!flags.has(a) || !flags.has(b)) return;
  const [one, other] = [a, b].map((name) => (name.length === 1 ? `-${name}` : `--${name}`));
  fail("BAD_USAGE", `${one} and ${other} ${why}`, "leave one of them out");
}
