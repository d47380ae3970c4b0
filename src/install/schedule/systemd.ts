import { join } from "node:path";
import type { InstallStep } from "../install-step.ts";
import { configFolder } from "./folders.ts";
import { readProgram } from "./started-program.ts";
import type { Schedule, ScheduleMachine, Scheduler, Standing } from "./scheduler.ts";

const UNIT = "portguard-clean";
const TIMER = `${UNIT}.timer`;
const WRITTEN_BY = "# written by `portguard clean schedule`; `portguard clean schedule --remove` takes it back";

/** A timer of the user's own service manager: two unit files, and systemctl to start it. */
export const systemd: Scheduler = {
  name: "systemd",
  title: "a systemd user timer",
  caveat: "it runs while you are logged in (`loginctl enable-linger` keeps it running)",
  missing: async ({ hasProgram, run }) => {
    if (!hasProgram("systemctl")) return "there is no `systemctl` here";
    const asked = await run({ argv: [...SYSTEMCTL, "show-environment"] });
    return asked.kind === "ended" && asked.code === 0 ? undefined : "systemd does not run this user's session";
  },
  look: async (machine): Promise<Standing> => {
    const text = machine.readText(pathOf(TIMER, machine));
    if (text === undefined) return { kind: "absent" };
    const every = /^OnUnitActiveSec=(\d+)s$/m.exec(text)?.[1];
    const missing = await systemd.missing(machine);
    if (missing !== undefined) return { kind: "unknown", because: `${TIMER} is written, but ${missing}` };
    const active = await machine.run({ argv: [...SYSTEMCTL, "is-active", TIMER] });
    if (active.kind !== "ended" || active.code !== 0) {
      return { kind: "unknown", because: `${TIMER} is written, but not started` };
    }
    const program = readProgram(machine.readText(pathOf(`${UNIT}.service`, machine)) ?? "");
    return {
      kind: "present",
      ...(every !== undefined && { everyMs: Number(every) * 1000 }),
      ...(program !== undefined && { program }),
    };
  },
  planInstall: (schedule, machine): InstallStep[] => [
    { do: "write", path: pathOf(`${UNIT}.service`, machine), text: renderService(schedule) },
    { do: "write", path: pathOf(TIMER, machine), text: renderTimer(schedule) },
    { do: "run", argv: [...SYSTEMCTL, "daemon-reload"] },
    { do: "run", argv: [...SYSTEMCTL, "enable", TIMER] },
    // One that runs already goes on by what it was started with.
    { do: "run", argv: [...SYSTEMCTL, "restart", TIMER] },
  ],
  planRemoval: (machine): InstallStep[] => [
    { do: "run", argv: [...SYSTEMCTL, "disable", "--now", TIMER], mayFail: true },
    // As `enable` made it; where no manager runs, `disable` does not take it away.
    { do: "remove", path: pathOf(join("timers.target.wants", TIMER), machine) },
    { do: "remove", path: pathOf(TIMER, machine) },
    { do: "remove", path: pathOf(`${UNIT}.service`, machine) },
    { do: "run", argv: [...SYSTEMCTL, "daemon-reload"], mayFail: true },
  ],
};

const SYSTEMCTL = ["systemctl", "--user"] as const;

function pathOf(unit: string, { env }: ScheduleMachine): string {
  return join(configFolder(env), "systemd", "user", unit);
}

/** systemd takes no program whose path has a quote or a backslash in it. */
function throughEnv(argv: readonly string[]): readonly string[] {
  return /["'\\]/.test(argv[0] ?? "") ? ["/usr/bin/env", ...argv] : argv;
}

/** Exit 1 says that orphans are left, which is no failure of the unit. */
function renderService({ argv, env }: Schedule): string {
  const [program = "", ...args] = throughEnv(argv);
  const command = [quote(program), ...args.map((word) => quote(word.replaceAll("$", "$$$$")))].join(" ");
  return lines(
    WRITTEN_BY,
    "[Unit]",
    "Description=Stop orphaned listeners (portguard clean)",
    "",
    "[Service]",
    "Type=oneshot",
    `ExecStart=${command}`,
    ...Object.entries(env).map(([name, value]) => `Environment=${quote(`${name}=${value}`)}`),
    "SuccessExitStatus=1",
    "Nice=10",
  );
}

function renderTimer({ everyMs }: Schedule): string {
  const seconds = Math.round(everyMs / 1000);
  return lines(
    WRITTEN_BY,
    "[Unit]",
    "Description=Look for orphaned listeners (portguard clean)",
    "",
    "[Timer]",
    `OnActiveSec=${seconds}s`,
    `OnUnitActiveSec=${seconds}s`,
    "AccuracySec=10s",
    "",
    "[Install]",
    "WantedBy=timers.target",
  );
}

/** systemd.service(5), "Quoting": C escapes within double quotes; `%` begins a specifier anywhere. */
function quote(word: string): string {
  const escaped = word.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll("\n", "\\n");
  return /^[A-Za-z0-9_./:=@,+%$-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

function lines(...all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
