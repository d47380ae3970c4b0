import { fail } from "../../core/error.ts";
import { isOrphan, type PortHolder } from "../../core/holder.ts";
import type { Exit, Os } from "../../core/os.ts";
import type { StopPlan } from "../../core/stop.ts";
import { matchesFilter, narrowToPorts } from "../../holders/filter-holders.ts";
import { planStop } from "../../holders/stop/plan-stop.ts";
import { ripen } from "../../holders/stop/ripen.ts";
import { stopAll } from "../../holders/stop/stop-all.ts";
import { askYes, canAsk } from "../../report/ask.ts";
import { type CleanState, renderSwept, renderSweptJson, type Swept } from "../../report/clean-text.ts";
import { renderPlan, renderPlanJson, type ShownPlan } from "../../report/plan-text.ts";
import { planStopSteps } from "../../report/stop-plan.ts";
import type { Style } from "../../report/style.ts";
import { styleOfStdout, writeAnswer, writeLines, writeSpans } from "../../report/write.ts";
import { SightingsFile } from "../../state/sightings.ts";
import { stateFolder } from "../../state/state-folder.ts";
import type { CleanArgs, SweepArgs } from "./clean-args.ts";
import { rootSeesMore } from "../root-sees-more.ts";
import { openStopMachine, type StopMachine } from "../stop-machine.ts";

type Args = Extract<CleanArgs, { kind: "sweep" }>;

/** Finds orphans, stops those that are meant, and tells who is left. */
export async function sweep(args: Args, os: Os, stderr: Style): Promise<Exit> {
  const by = args.stops === "scheduled" ? "schedule" : "clean";
  const machine = await openStopMachine(os, by, args.graceMs, (text) => writeLines([{ tone: "warn", text }], stderr));
  const { orphans, unknown } = look(args, machine);
  const chosen = choose(orphans, args, os);
  const plan = planStop(chosen, machine.asker);
  const shown = planStopSteps(plan, { system: os.name, graceMs: args.graceMs }, []);
  if (args.dryRun) return showPlan(shown, args);
  if (!agree(plan, shown, args)) return tell({ orphans, unknown, stopped: [], left: [], waiting: 0 }, args, os);
  const { stopped, left } = await stopAll(plan, { ...machine, heirs: "certain", look: machine.everyListener });
  const now = plan.targets.length > 0 ? look(args, machine) : { orphans, unknown };
  const waiting = args.stops === "scheduled" ? now.orphans.filter(isCertain).length : 0;
  return tell({ ...now, stopped, left, waiting }, args, os);
}

/** Those that are meant, as far as they can be judged. */
function look({ filter }: SweepArgs, { everyListener }: StopMachine): Pick<Swept, "orphans" | "unknown"> {
  const meant = narrowToPorts(everyListener(), filter).filter((holder) => matchesFilter(holder, filter));
  return { orphans: meant.filter(isOrphan), unknown: meant.filter(({ verdict }) => verdict.grade === "unknown") };
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

const EXITS: Readonly<Record<CleanState, number>> = { none: 0, some: 1, unknown: 3 };

function tell(found: Omit<Swept, "rootSeesMore">, { json, quiet, color, stops }: Args, os: Os): Exit {
  const swept = { ...found, rootSeesMore: rootSeesMore(os.name) };
  const state = judge(swept, stops);
  if (json) writeAnswer(renderSweptJson(swept, state));
  else if (!quiet) {
    const style = styleOfStdout(color);
    writeSpans(renderSwept(swept, state, os.name, style), style);
  }
  return { kind: "code", code: EXITS[state] };
}

/** A timer of one's own is to stop one's own orphans: that others can't be seen is no failure of each of its runs. */
function judge({ orphans, unknown }: Swept, stops: Args["stops"]): CleanState {
  if (orphans.length > 0) return "some";
  return unknown.length > 0 && stops !== "scheduled" ? "unknown" : "none";
}
