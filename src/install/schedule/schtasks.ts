import { fail } from "../../core/error.ts";
import type { InstallStep } from "../install-step.ts";
import { readProgram } from "./started-program.ts";
import type { Schedule, Scheduler, Standing } from "./scheduler.ts";

const TASK = "portguard-clean";
const MINUTE_MS = 60_000;
/** What `/TR` takes at most. */
const LONGEST_COMMAND = 261;

/** A task of the user's own, which runs while he is logged on. */
export const schtasks: Scheduler = {
  name: "schtasks",
  title: "a scheduled task",
  // No pipe of Windows tells its other end, and without that no orphan is one for certain.
  caveat:
    "it runs while you are logged on, and on mains power; Windows shows orphans as likely ones at most, so none is stopped by it",
  missing: async ({ hasProgram }) => (hasProgram("schtasks") ? undefined : "there is no `schtasks` here"),
  look: async ({ run, hasProgram }): Promise<Standing> => {
    if (!hasProgram("schtasks")) return { kind: "absent" };
    const asked = await run({ argv: ["schtasks", "/Query", "/TN", TASK, "/XML"] });
    if (asked.kind === "not-run") return { kind: "unknown", because: asked.because };
    if (asked.code !== 0) return { kind: "absent" };
    const everyMs = readInterval(asked.stdout);
    const program = readProgram(
      /<Arguments>(.*?)<\/Arguments>/s.exec(asked.stdout)?.[1]?.replaceAll("&quot;", '"') ?? "",
    );
    return { kind: "present", ...(everyMs !== undefined && { everyMs }), ...(program !== undefined && { program }) };
  },
  planInstall: (schedule): InstallStep[] => {
    const minutes = schedule.everyMs / MINUTE_MS;
    if (!Number.isInteger(minutes)) {
      fail("BAD_USAGE", "a scheduled task runs every so many whole minutes", "`--every 5m`");
    }
    const often = minutes < 1440 ? ["/SC", "MINUTE", "/MO", String(minutes)] : ["/SC", "DAILY"];
    // /F takes the place of an earlier one.
    return [{ do: "run", argv: ["schtasks", "/Create", "/F", "/TN", TASK, ...often, "/TR", renderCommand(schedule)] }];
  },
  planRemoval: (_machine, now): InstallStep[] =>
    now.kind === "absent" ? [] : [{ do: "run", argv: ["schtasks", "/Delete", "/F", "/TN", TASK] }],
};

/** A console program would open a window each time: the console host without a window keeps it from that. */
function renderCommand({ argv }: Schedule): string {
  const command = ["conhost.exe", "--headless", ...argv.map(quote)].join(" ");
  if (command.length <= LONGEST_COMMAND) return command;
  return fail(
    "BAD_USAGE",
    `the command has ${command.length} characters, and a scheduled task takes ${LONGEST_COMMAND}`,
    "put portguard into a folder with a shorter path, or give fewer filters",
  );
}

/** As the C runtime splits a command line: backslashes count only before a quote. */
function quote(word: string): string {
  if (/^[^\s"]+$/.test(word)) return word;
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}

/** `PT5M`, `PT1H30M`, `P1D`. */
function readInterval(xml: string): number | undefined {
  const [, hours, minutes] = /<Interval>PT(?:(\d+)H)?(?:(\d+)M)?<\/Interval>/.exec(xml) ?? [];
  if (hours === undefined && minutes === undefined) return /<DaysInterval>1</.test(xml) ? 1440 * MINUTE_MS : undefined;
  return (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE_MS;
}
