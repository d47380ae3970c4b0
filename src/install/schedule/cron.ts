import { fail } from "../../core/error.ts";
import type { InstallStep } from "../install-step.ts";
import { readProgram } from "./started-program.ts";
import type { Schedule, Scheduler, Standing } from "./scheduler.ts";

const MINUTE_MS = 60_000;
/** At the end of our line, so that it is found again wherever it is moved to; a comment to the shell. */
const MARK = "# portguard-clean";
/** Vixie's cron and its descendants cut what is longer. */
const LONGEST_LINE = 998;

/** One line of the user's crontab. */
export const cron: Scheduler = {
  name: "cron",
  title: "a line of your crontab",
  caveat: "it runs while a cron daemon does",
  missing: async ({ hasProgram }) => (hasProgram("crontab") ? undefined : "there is no `crontab` here"),
  look: async ({ run, hasProgram }): Promise<Standing> => {
    if (!hasProgram("crontab")) return { kind: "absent" };
    const listed = await run({ argv: ["crontab", "-l"] });
    if (listed.kind === "not-run") return { kind: "unknown", because: listed.because };
    if (listed.code !== 0) {
      // What can't be read must not be written anew: it may have another's lines.
      const isNone = /no crontab for|no such file/i.test(listed.stderr);
      return isNone ? { kind: "absent" } : { kind: "unknown", because: listed.stderr.trim() };
    }
    const table = listed.stdout;
    const ours = table.split("\n").find(isOurs);
    if (ours === undefined) return { kind: "absent", table };
    const everyMs = readFields(ours);
    const program = readProgram(ours);
    return {
      kind: "present",
      table,
      ...(everyMs !== undefined && { everyMs }),
      ...(program !== undefined && { program }),
    };
  },
  planInstall: (schedule, _machine, now): InstallStep[] => [writeTable([...others(now), renderLine(schedule)])],
  planRemoval: (_machine, now): InstallStep[] => {
    if (now.kind !== "present") return [];
    const left = others(now);
    return [left.length === 0 ? { do: "run", argv: ["crontab", "-r"] } : writeTable(left)];
  },
};

function isOurs(line: string): boolean {
  return line.endsWith(MARK);
}

/** Every line that is not ours, as it stands. Throws NO_SCHEDULER where they can't be read. */
function others(now: Standing): string[] {
  if (now.kind === "unknown")
    return fail("NO_SCHEDULER", `the crontab can't be read: ${now.because}`, "see `crontab -l`");
  const { table = "" } = now;
  return table === ""
    ? []
    : table
        .replace(/\n$/, "")
        .split("\n")
        .filter((line) => !isOurs(line));
}

function writeTable(lines: readonly string[]): InstallStep {
  return { do: "run", argv: ["crontab", "-"], input: `${lines.join("\n")}\n` };
}

function renderLine({ everyMs, argv, env }: Schedule): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const words = variables.length > 0 ? ["env", ...variables, ...argv] : argv;
  const line = `${chooseFields(everyMs)} ${words.map(quote).join(" ")} ${MARK}`;
  if (line.length > LONGEST_LINE) {
    fail("BAD_USAGE", `the line has ${line.length} characters, and cron takes ${LONGEST_LINE}`, "give fewer filters");
  }
  return line;
}

/** cron knows steps of the hour and of the day only: `*\/7` would start anew at each full hour. */
function chooseFields(everyMs: number): string {
  const minutes = everyMs / MINUTE_MS;
  if (Number.isInteger(minutes) && 60 % minutes === 0 && minutes < 60)
    return minutes === 1 ? "* * * * *" : `*/${minutes} * * * *`;
  const hours = minutes / 60;
  if (Number.isInteger(hours) && 24 % hours === 0)
    return hours === 24 ? "0 0 * * *" : hours === 1 ? "0 * * * *" : `0 */${hours} * * *`;
  return fail(
    "BAD_USAGE",
    "cron can't run anything as often as that",
    "give a part of the hour (5m, 20m) or of the day (1h, 6h)",
  );
}

function readFields(line: string): number | undefined {
  const [minute = "", hour = ""] = line.split(" ");
  if (minute !== "0") return readStep(minute, MINUTE_MS);
  return hour === "0" ? 1440 * MINUTE_MS : readStep(hour, 60 * MINUTE_MS);
}

/** `*` is each one, `*\/5` each fifth. */
function readStep(field: string, sizeMs: number): number | undefined {
  const step = field === "*" ? 1 : Number(/^\*\/(\d+)$/.exec(field)?.[1]);
  return Number.isNaN(step) ? undefined : step * sizeMs;
}

/**
 * For the shell, and for cron before it: an unescaped `%` ends the command, and its backslash is taken away by some crons
 * only. Outside of quotes both read `\%` as the same.
 */
function quote(word: string): string {
  if (/[\n\0]/.test(word)) fail("BAD_USAGE", "a line of a crontab can't have a line break in it", "use another filter");
  if (word === "") return "''";
  if (/^[A-Za-z0-9_./:=@,+-]+$/.test(word)) return word;
  return word
    .split("%")
    .map((part) => (part === "" ? "" : `'${part.replaceAll("'", `'\\''`)}'`))
    .join("\\%");
}
