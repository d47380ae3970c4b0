import { resolve } from "node:path";
import { browsersRefuse } from "../../core/browser-ports.ts";
import { parseDuration } from "../../core/duration.ts";
import { fail } from "../../core/error.ts";
import type { ColorMode } from "../../report/style.ts";
import { colorOf, refuseBoth, textOf } from "../words/flag-values.ts";
import { type FlagValues, type Invocation, parseArgs } from "../words/parse-args.ts";
import { PICK_FLAGS } from "./pick-flags.ts";

/** A `pick` command line, read. */
export interface PickArgs {
  readonly range: PickRange;
  readonly count: number;
  /** Whose port it is, each time; nothing: nobody's. */
  readonly stable?: { readonly kind: "worktree" } | { readonly kind: "folder"; readonly path: string };
  readonly use:
    | { readonly kind: "keep"; readonly forMs?: number; readonly pid?: number }
    | { readonly kind: "exec"; readonly command: readonly string[] };
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: ColorMode;
}

/** Both ends included. */
export interface PickRange {
  readonly from: number;
  readonly to: number;
  /** Nobody asked for it: any of it is as good as another. */
  readonly isDefault: boolean;
}

/** Below what any system gives to outgoing connections (Linux: 32768 on, macOS and Windows: 49152 on), far from usual servers. */
const DEFAULT_RANGE: PickRange = { from: 20_000, to: 29_999, isDefault: true };
const DEFAULT_FOR = "10s";
const MOST = 100;

/** Reads what follows `portguard pick`. Throws a PortguardError whose exit is 2. */
export function parsePickArgs({ words, command }: Invocation): PickArgs {
  const flags = parseArgs(words, { verb: "pick", flags: PICK_FLAGS }, (word) => {
    const hint = /^\d+-\d+$/.test(word) ? `write --range ${word}` : "`--range 3000-3999` says among which it picks";
    fail("BAD_USAGE", `\`${word}\` is one word too many`, hint);
  });
  refuseBoth(flags, "json", "quiet");
  refuseBoth(flags, "stable", "for-dir", "don't go together: --for-dir is stable, too");
  const range = readRange(textOf(flags, "range"));
  const count = readNumber(textOf(flags, "count") ?? "1", "--count", MOST);
  const usable = listPorts(range).length;
  if (count > usable) fail("BAD_USAGE", `--range has ${usable} ports, and ${count} are wanted`, "widen it");
  return {
    range,
    count,
    ...readStable(flags),
    use: readUse(flags, command),
    json: flags.has("json"),
    quiet: flags.has("quiet"),
    color: colorOf(flags),
  };
}

/** The ports of a range that a browser would open. */
export function listPorts({ from, to }: PickRange): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index).filter((port) => !browsersRefuse(port));
}

function readRange(text: string | undefined): PickRange {
  if (text === undefined) return DEFAULT_RANGE;
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (!(from >= 1 && to <= 65_535 && from <= to)) {
    fail("BAD_PORT", `\`${text}\` is not a range of ports`, "write the first and the last one, as in 3000-3999");
  }
  const range: PickRange = { from, to, isDefault: false };
  if (listPorts(range).length === 0) fail("BAD_PORT", `browsers refuse every port of ${text}`, "name others");
  return range;
}

function readStable(flags: FlagValues): Pick<PickArgs, "stable"> {
  if (flags.has("stable")) return { stable: { kind: "worktree" } };
  return flags.has("for-dir") ? { stable: { kind: "folder", path: resolve(textOf(flags, "for-dir") ?? ".") } } : {};
}

function readUse(flags: FlagValues, command: Invocation["command"]): PickArgs["use"] {
  if (!flags.has("exec")) {
    if (command) fail("BAD_USAGE", "a command is only run with --exec", "put --exec before `--`");
    return readTerm(flags);
  }
  for (const name of ["for", "for-pid", "json"]) refuseBoth(flags, "exec", name, "don't go together");
  if (!command?.[0]) fail("BAD_USAGE", "--exec has no command", "put it behind `--`: pick --exec -- CMD --port {port}");
  return { kind: "exec", command };
}

function readTerm(flags: FlagValues): PickArgs["use"] {
  const pidText = textOf(flags, "for-pid");
  const pid = pidText === undefined ? undefined : readNumber(pidText, "--for-pid", 2 ** 31 - 1);
  const forText = textOf(flags, "for") ?? (pid === undefined ? DEFAULT_FOR : undefined);
  return {
    kind: "keep",
    ...(pid !== undefined && { pid }),
    ...(forText !== undefined && { forMs: parseDuration(forText, "--for") }),
  };
}

function readNumber(text: string, flag: string, most: number): number {
  const number = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= most
    ? number
    : fail("BAD_USAGE", `\`${text}\` is not a number for ${flag}`, `it is 1 to ${most}, in digits`);
}
