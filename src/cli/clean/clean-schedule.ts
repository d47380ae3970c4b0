import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { formatDuration } from "../../core/duration.ts";
import type { Exit, Os } from "../../core/os.ts";
import { runCommand } from "../../firewall/run-command.ts";
import type { HolderFilter } from "../../holders/filter-holders.ts";
import { type CarriedOut, carryOutSteps, type InstallTools } from "../../install/carry-out.ts";
import type { InstallStep } from "../../install/install-step.ts";
import { chooseScheduler, listSchedulers } from "../../install/schedule/choose.ts";
import type { Schedule, ScheduleMachine, Scheduler, Standing } from "../../install/schedule/scheduler.ts";
import { renderJson } from "../../report/json.ts";
import { renderPlan, renderPlanJson } from "../../report/plan-text.ts";
import { planInstallSteps, renderScheduleAnswer, type ScheduleAnswer } from "../../report/schedule-text.ts";
import { styleOfStdout, writeAnswer, writeSpans } from "../../report/write.ts";
import type { CleanArgs } from "./clean-args.ts";
import { writeWhole } from "../../state/whole-file.ts";
import { ownProgram } from "../own-program.ts";

type Args = Extract<CleanArgs, { kind: "schedule" }>;

/** `portguard clean schedule`: has `clean` run by the clock, says whether it does, takes it back. */
export async function runSchedule(args: Args, os: Os): Promise<Exit> {
  const machine = openScheduleMachine(os);
  switch (args.does) {
    case "install":
      return install(args, machine);
    case "status":
      return tell(await findStanding(args, machine), args);
    case "remove":
      return remove(args, machine);
  }
}

function openScheduleMachine(os: Os): ScheduleMachine {
  return {
    system: os.name,
    env: process.env,
    uid: process.getuid?.() ?? 0,
    run: runCommand,
    hasProgram: (name) => os.findCommand(name).kind === "found",
    readText,
  };
}

function toolsOf({ run }: ScheduleMachine): InstallTools {
  return { run, write: writeForReaders };
}

/** systemd and launchd read it as other users, too; nothing secret stands in it. */
function writeForReaders(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, text, { mode: 0o644 });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

async function install(args: Args, machine: ScheduleMachine): Promise<Exit> {
  const scheduler = await chooseScheduler(args.scheduler, machine);
  const schedule: Schedule = { everyMs: args.everyMs, argv: commandOf(args.filter), env: environmentOf(machine) };
  const others = listSchedulers(undefined, machine).filter((each) => each !== scheduler);
  // Two of them would run it twice.
  const before = (await Promise.all(others.map((each) => planRemoval(each, machine)))).flat();
  const now = await scheduler.look(machine);
  const own = scheduler.planInstall(schedule, machine, now);
  // What is there already is left alone: a timer that is started anew begins to count anew.
  const steps = [...before, ...(isInPlace(own, now, machine) ? [] : own)];
  if (args.dryRun) return showPlan(steps, args);
  const done = await carryOutSteps(steps, toolsOf(machine));
  if (done.kind === "failed") {
    await carryOutSteps(await planRemoval(scheduler, machine), toolsOf(machine));
    return tell({ kind: "failed", what: describeFailure(done) }, args);
  }
  return tell({ kind: "installed", by: scheduler, everyMs: args.everyMs }, args);
}

/** Whether all that would be written stands there already, and runs. */
function isInPlace(steps: readonly InstallStep[], now: Standing, { readText: read }: ScheduleMachine): boolean {
  const texts = steps.flatMap((step) => {
    if (step.do === "write") return [read(step.path) === step.text];
    return step.do === "run" && step.input !== undefined && now.kind === "present" ? [step.input === now.table] : [];
  });
  return now.kind === "present" && texts.length > 0 && texts.every(Boolean);
}

/** What the schedule runs: it stops what is certain, and was seen before. */
function commandOf({ match, ports, under }: HolderFilter): readonly string[] {
  const filters = [
    ...match.flatMap((text) => ["--match", text]),
    ...ports.flatMap((port) => ["--port", String(port)]),
    ...(under === undefined ? [] : ["--under", under]),
  ];
  return [...ownProgram(), "clean", "--stop", "--scheduled", "--quiet", ...filters];
}

/** By this the log and the sightings are found again. */
function environmentOf({ env, system }: ScheduleMachine): Record<string, string> {
  const told = env["XDG_STATE_HOME"];
  return told?.startsWith("/") && system !== "windows" ? { XDG_STATE_HOME: told } : {};
}

async function remove(args: Args, machine: ScheduleMachine): Promise<Exit> {
  const all = listSchedulers(args.scheduler, machine);
  const steps = (await Promise.all(all.map((each) => planRemoval(each, machine)))).flat();
  if (args.dryRun) return showPlan(steps, args);
  const done = await carryOutSteps(steps, toolsOf(machine));
  if (done.kind === "failed") return tell({ kind: "failed", what: describeFailure(done) }, args);
  return tell({ kind: steps.length > 0 ? "removed" : "absent-already" }, args);
}

/** Nothing where there is nothing of ours. */
async function planRemoval(scheduler: Scheduler, machine: ScheduleMachine): Promise<readonly InstallStep[]> {
  const now = await scheduler.look(machine);
  return now.kind === "absent" ? [] : scheduler.planRemoval(machine, now);
}

async function findStanding({ scheduler }: Args, machine: ScheduleMachine): Promise<ScheduleAnswer> {
  const all = listSchedulers(scheduler, machine);
  let doubt: Extract<Standing, { kind: "unknown" }> | undefined;
  for (const by of all) {
    const now = await by.look(machine);
    if (now.kind === "present") return describeStanding(by, now);
    if (now.kind === "unknown") doubt ??= now;
  }
  return doubt ? { kind: "unknown", because: doubt.because } : { kind: "absent" };
}

/** Where the program is that it starts, and where we are: it may have been moved since, or be another one. */
function describeStanding(by: Scheduler, { everyMs, program }: Extract<Standing, { kind: "present" }>): ScheduleAnswer {
  if (program !== undefined && !existsSync(program)) return { kind: "astray", by, program };
  const [own] = ownProgram();
  const other = program === own ? undefined : program;
  return {
    kind: "present",
    by,
    ...(everyMs !== undefined && { everyMs }),
    ...(other !== undefined && { program: other }),
  };
}

function describeFailure({ step, because }: Extract<CarriedOut, { kind: "failed" }>): string {
  const [shown] = planInstallSteps([step]).steps;
  return `could not ${shown?.do} ${shown?.what.split("\n")[0]}: ${because}`;
}

function showPlan(steps: readonly InstallStep[], { json }: Args): Exit {
  const plan = planInstallSteps(steps);
  writeAnswer(json ? renderPlanJson(plan) : renderPlan(plan));
  return { kind: "code", code: 0 };
}

function tell(answer: ScheduleAnswer, { json, quiet, color }: Args): Exit {
  const { ok, code } = EXITS[answer.kind];
  if (json) {
    const by = "by" in answer ? answer.by : undefined;
    const everyMs = "everyMs" in answer ? answer.everyMs : undefined;
    const program = "program" in answer ? answer.program : undefined;
    const because = answer.kind === "failed" ? answer.what : answer.kind === "unknown" ? answer.because : undefined;
    const every = everyMs === undefined ? undefined : formatDuration(everyMs);
    writeAnswer(renderJson({ ok, state: answer.kind, with: by?.name, every, program, because }));
  } else if (!ok || !quiet) {
    const style = styleOfStdout(color);
    writeSpans(renderScheduleAnswer(answer, style), style);
  }
  return { kind: "code", code };
}

const EXITS: Readonly<Record<ScheduleAnswer["kind"], { readonly ok: boolean; readonly code: number }>> = {
  installed: { ok: true, code: 0 },
  removed: { ok: true, code: 0 },
  "absent-already": { ok: true, code: 0 },
  present: { ok: true, code: 0 },
  absent: { ok: false, code: 1 },
  astray: { ok: false, code: 1 },
  failed: { ok: false, code: 1 },
  unknown: { ok: false, code: 3 },
};
