import { fail } from "../../core/error.ts";
import type { PortHolder } from "../../core/holder.ts";
import type { Exit, Os } from "../../core/os.ts";
import type { StopPlan } from "../../core/stop.ts";
import { matchesFilter } from "../../holders/filter-holders.ts";
import { planStop } from "../../holders/stop/plan-stop.ts";
import { ripen } from "../../holders/stop/ripen.ts";
import { stopAll } from "../../holders/stop/stop-all.ts";
import { askYes, canAsk } from "../../report/ask.ts";
import { renderSwept, renderSweptJson, type Swept } from "../../report/clean-text.ts";
import { renderPlan, renderPlanJson, type ShownPlan } from "../../report/plan-text.ts";
import { planStopSteps } from "../../report/stop-plan.ts";
import type { Style } from "../../report/style.ts";
import { styleOfStdout, writeAnswer, writeLines, writeSpans } from "../../report/write.ts";
import { SightingsFile } from "../../state/sightings.ts";
import { stateFolder } from "../../state/state-folder.ts";
import type { CleanArgs, SweepArgs } from "./clean-args.ts";
import { openStopMachine, type StopMachine } from "../stop-machine.ts";

type Args = Extract<CleanArgs, { kind: "sweep" }>;

/** Finds orphans, stops those that are meant, and tells who is left. */
export async function sweep(args: Args, os: Os, stderr: Style): Promise<Exit> {
  const by = args.stops === "scheduled" ? "schedule" : "clean";
  const machine = await openStopMachine(os, by, args.graceMs, (text) => writeLines([{ tone: "warn", text }], stderr));
  const orphans = findOrphans(args, machine);
  const chosen = choose(orphans, args, os);
  const plan = planStop(chosen, machine.asker);
  const shown = planStopSteps(plan, { system: os.name, graceMs: args.graceMs }, []);
  if (args.dryRun) return showPlan(shown, args);
  if (!agree(plan, shown, args)) return tell({ orphans, stopped: [], left: [], waiting: 0 }, args, os);
  const { stopped, left } = await stopAll(plan, { ...machine, heirs: "certain", look: machine.everyListener });
  const remaining = plan.targets.length > 0 ? findOrphans(args, machine) : orphans;
  const waiting = args.stops === "scheduled" ? remaining.filter(isCertain).length : 0;
  return tell({ orphans: remaining, stopped, left, waiting }, args, os);
}

function findOrphans({ filter }: SweepArgs, { everyListener }: StopMachine): PortHolder[] {
  return everyListener().filter((holder) => isOrphan(holder) && matchesFilter(holder, filter));
}

function isOrphan({ verdict }: PortHolder): boolean {
  return verdict.grade === "certain" || verdict.grade === "likely";
}

function isCertain({ verdict }: PortHolder): boolean {
  return verdict.grade === "certain";
}

/** Those that are to be stopped. */
function choose(orphans: readonly PortHolder[], { stops, dryRun }: Args, os: Os): readonly PortHolder[] {
  switch (stops) {
    case "nobody":
      return [];
    case "certain":
      return orphans.filter(isCertain);
    case "likely-too":
      return orphans;
    case "scheduled": {
      const file = new SightingsFile(stateFolder(os.name, process.env));
      const { sightings, ripe } = ripen(orphans.filter(isCertain), file.read(), Date.now());
      if (!dryRun) file.write(sightings);
      return ripe;
    }
  }
}

function showPlan(plan: ShownPlan, { json }: Args): Exit {
  writeAnswer(json ? renderPlanJson(plan) : renderPlan(plan));
  return { kind: "code", code: 0 };
}

/** Asks about those that are not certain. Throws BAD_USAGE where there is nobody to ask. */
function agree(plan: StopPlan, shown: ShownPlan, { yes, json }: Args): boolean {
  if (yes || plan.targets.every(({ consent }) => consent.kind === "given")) return true;
  if (json || !canAsk()) fail("BAD_USAGE", "some are not orphans for certain, and there is nobody to ask", "add --yes");
  writeAnswer(renderPlan(shown));
  return askYes("go ahead?");
}

function tell(swept: Swept, { json, quiet, color }: Args, os: Os): Exit {
  const ok = swept.orphans.length === 0;
  if (json) writeAnswer(renderSweptJson(swept));
  else if (!quiet) {
    const style = styleOfStdout(color);
    writeSpans(renderSwept(swept, os.name, style), style);
  }
  return { kind: "code", code: ok ? 0 : 1 };
}
