import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { parseDuration } from "../../core/duration.ts";
import { fail } from "../../core/error.ts";
import type { HolderFilter } from "../../holders/filter-holders.ts";
import { SCHEDULERS, type SchedulerName } from "../../install/schedule/scheduler.ts";
import type { ColorMode } from "../../report/style.ts";
import { CLEAN_FLAGS, SCHEDULE_FLAGS } from "./clean-flags.ts";
import { colorOf, oneOf, refuseBoth, textOf, textsOf } from "../words/flag-values.ts";
import { findNearest } from "../words/nearest.ts";
import { type FlagValues, type Invocation, parseArgs } from "../words/parse-args.ts";

/** A `clean` command line, read. */
export type CleanArgs = Shared & (SweepArgs | { readonly kind: "log" } | ScheduleArgs);

interface Shared {
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: ColorMode;
}

export interface SweepArgs {
  readonly kind: "sweep";
  /** `scheduled`: those that are certain, and were seen before. */
  readonly stops: "nobody" | "certain" | "scheduled" | "likely-too";
  readonly filter: HolderFilter;
  readonly graceMs: number;
  readonly yes: boolean;
}

export interface ScheduleArgs {
  readonly kind: "schedule";
  readonly does: "install" | "remove" | "status";
  readonly everyMs: number;
  readonly scheduler?: SchedulerName;
  readonly filter: HolderFilter;
}

const SHORTEST_MS = 60_000;
const LONGEST_MS = 86_400_000;

/** Reads what follows `portguard clean`. Throws a PortguardError whose exit is 2. */
export function parseCleanArgs({ words, command }: Invocation): CleanArgs {
  if (command) fail("BAD_USAGE", "clean runs no command", "leave `--` and what follows it out");
  return words[0] === "schedule" ? readSchedule(words.slice(1)) : readSweep(words);
}

function readSweep(words: readonly string[]): CleanArgs {
  const flags = parseArgs(words, { verb: "clean", flags: CLEAN_FLAGS }, refuseWord);
  const shared = readShared(flags);
  if (flags.has("log")) {
    for (const other of ["check", "stop", "all", "scheduled"]) refuseBoth(flags, "log", other, "don't go together");
    return { kind: "log", ...shared };
  }
  for (const other of ["stop", "all", "scheduled"]) refuseBoth(flags, "check", other);
  refuseBoth(flags, "all", "scheduled", "don't go together: nobody would be there to be asked");
  return {
    kind: "sweep",
    stops: flags.has("all")
      ? "likely-too"
      : flags.has("scheduled")
        ? "scheduled"
        : flags.has("stop")
          ? "certain"
          : "nobody",
    filter: readFilter(flags),
    graceMs: parseDuration(textOf(flags, "grace") ?? "5s", "--grace"),
    yes: flags.has("yes"),
    ...shared,
  };
}

function readSchedule(words: readonly string[]): CleanArgs {
  const flags = parseArgs(words, { verb: "clean schedule", flags: SCHEDULE_FLAGS }, refuseWord);
  refuseBoth(flags, "status", "remove");
  const scheduler = textOf(flags, "with");
  return {
    kind: "schedule",
    does: flags.has("status") ? "status" : flags.has("remove") ? "remove" : "install",
    everyMs: readEvery(textOf(flags, "every") ?? "5m"),
    ...(scheduler !== undefined && { scheduler: oneOf(SCHEDULERS, scheduler, "--with") }),
    filter: readFilter(flags),
    ...readShared(flags),
  };
}

function refuseWord(word: string): never {
  const isPort = /^\d+$/.test(word);
  const near = findNearest(word, ["schedule", ...CLEAN_FLAGS.map(({ name }) => name)]);
  const meant = near === "schedule" ? "`clean schedule`" : near && `\`--${near}\``;
  const hint = meant ? `did you mean ${meant}?` : "`portguard clean -h` has its flags";
  return fail("BAD_USAGE", `\`${word}\` is not for clean`, isPort ? `write --port ${word}` : hint);
}

function readShared(flags: FlagValues): Shared {
  refuseBoth(flags, "json", "quiet");
  return { dryRun: flags.has("dry-run"), json: flags.has("json"), quiet: flags.has("quiet"), color: colorOf(flags) };
}

function readFilter(flags: FlagValues): HolderFilter {
  const under = textOf(flags, "under");
  return {
    match: textsOf(flags, "match"),
    ports: textsOf(flags, "port").map(readPort),
    ...(under !== undefined && { under: realFolder(under) }),
  };
}

/** As the system names the folders of processes: without links. One that was deleted may be some process's still. */
function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function readPort(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535) return Number(text);
  return fail("BAD_PORT", `\`${text}\` is not a port`, "ports are 1 to 65535, as in --port 8000");
}

function readEvery(text: string): number {
  const ms = parseDuration(text, "--every");
  if (ms >= SHORTEST_MS && ms <= LONGEST_MS) return ms;
  return fail("BAD_USAGE", `--every ${text} is ${ms < SHORTEST_MS ? "too often" : "too seldom"}`, "it is 1m to 1d");
}
