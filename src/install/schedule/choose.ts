import { fail } from "../../core/error.ts";
import type { OsName } from "../../core/os.ts";
import { cron } from "./cron.ts";
import { launchd } from "./launchd.ts";
import type { ScheduleMachine, Scheduler, SchedulerName } from "./scheduler.ts";
import { schtasks } from "./schtasks.ts";
import { systemd } from "./systemd.ts";

const BY_NAME: Readonly<Record<SchedulerName, Scheduler>> = { systemd, launchd, schtasks, cron };

/** Those of each system, the one that fits it best first. */
const BY_SYSTEM: Readonly<Record<OsName, readonly Scheduler[]>> = {
  linux: [systemd, cron],
  macos: [launchd, cron],
  windows: [schtasks],
};

/** The one that was asked for, or the best that is here. Throws NO_SCHEDULER where there is none. */
export async function chooseScheduler(asked: SchedulerName | undefined, machine: ScheduleMachine): Promise<Scheduler> {
  const candidates = asked === undefined ? BY_SYSTEM[machine.system] : [BY_NAME[asked]];
  const missing: string[] = [];
  for (const scheduler of candidates) {
    const because = await scheduler.missing(machine);
    if (because === undefined) return scheduler;
    missing.push(because);
  }
  return fail("NO_SCHEDULER", missing.join(", and "), "`portguard clean --stop` can be run from any other timer");
}

/** The one that was asked for, or all of this system: ours may be with any of them, whatever runs at this moment. */
export function listSchedulers(asked: SchedulerName | undefined, { system }: ScheduleMachine): readonly Scheduler[] {
  return asked === undefined ? BY_SYSTEM[system] : [BY_NAME[asked]];
}
