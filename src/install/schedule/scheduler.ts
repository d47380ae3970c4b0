import type { OsName } from "../../core/os.ts";
import type { RunCommand } from "../../core/run-command.ts";
import type { InstallStep } from "../install-step.ts";

export const SCHEDULERS = ["systemd", "launchd", "schtasks", "cron"] as const;
export type SchedulerName = (typeof SCHEDULERS)[number];

/** What is to be run again and again. */
export interface Schedule {
  readonly everyMs: number;
  /** The program by its whole path, and its arguments. */
  readonly argv: readonly string[];
  /** What it needs beside the environment that a scheduler gives. */
  readonly env: Readonly<Record<string, string>>;
}

/** This machine, as far as schedulers need it. */
export interface ScheduleMachine {
  readonly system: OsName;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** 0 on Windows. */
  readonly uid: number;
  readonly run: RunCommand;
  readonly hasProgram: (name: string) => boolean;
  /** Nothing where there is no such file, or it can't be read. */
  readonly readText: (path: string) => string | undefined;
}

/**
 * What a scheduler has of ours. `table`: all that it has of this user, where it keeps that in one text; `program`: what it
 * starts, where that can be read.
 */
export type Standing =
  | { readonly kind: "absent"; readonly table?: string }
  | { readonly kind: "present"; readonly everyMs?: number; readonly program?: string; readonly table?: string }
  /** `because` is a sentence of the tool's. */
  | { readonly kind: "unknown"; readonly because: string };

/** One that starts programs by the clock, for one user and without an administrator's rights. */
export interface Scheduler {
  readonly name: SchedulerName;
  /** As it is called in a sentence: `a systemd timer`. */
  readonly title: string;
  /** What keeps this machine from having it, in words; nothing where it is here. */
  readonly missing: (machine: ScheduleMachine) => Promise<string | undefined>;
  /** Also where it is missing: what it had of ours may be left. */
  readonly look: (machine: ScheduleMachine) => Promise<Standing>;
  /** Throws BAD_USAGE where it can't start anything as often as that. */
  readonly planInstall: (schedule: Schedule, machine: ScheduleMachine, now: Standing) => readonly InstallStep[];
  readonly planRemoval: (machine: ScheduleMachine, now: Standing) => readonly InstallStep[];
  /** When it does not run, as a sentence for the one who has just installed it. */
  readonly caveat: string;
}
