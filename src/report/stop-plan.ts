import { formatEndpoint } from "../core/endpoint.ts";
import { formatDuration } from "../core/duration.ts";
import type { PortHolder } from "../core/holder.ts";
import type { OsName } from "../core/os.ts";
import { joinFew } from "../core/port-held-error.ts";
import type { Doomed, LeftAlone, StopPlan, StopTarget } from "../core/stop.ts";
import { describeEvidence, describeRemedy } from "./finding-text.ts";
import type { ShownPlan } from "./plan-text.ts";
import { sanitize } from "./sanitize.ts";
import { nameOwner, nameProcess } from "./who-text.ts";

/** How processes are stopped here. */
export interface StopManner {
  readonly system: OsName;
  readonly graceMs: number;
}

type PlanStep = ShownPlan["steps"][number];

/** What would be done, step by step, each in one line whatever a process calls itself; `proves`: what is bound in the end (`tcp 8000 on every address`). */
export function planStopSteps(plan: StopPlan, manner: StopManner, proves: readonly string[]): ShownPlan {
  const steps = [
    ...plan.left.map((each): PlanStep => ({ do: "leave", what: describeLeft(each, manner.system) })),
    ...plan.targets.flatMap((target) => planTarget(target, manner)),
    ...proves.map((what): PlanStep => ({ do: "prove", what: `bind ${what}, and let go` })),
  ];
  return { steps: steps.map((step) => ({ ...step, what: sanitize(step.what) })) };
}

function planTarget({ holder, levels, loop, consent }: StopTarget, manner: StopManner): PlanStep[] {
  const at = placesOf(holder);
  return [
    ...(consent.kind === "ask" ? [{ do: "ask", what: `${nameOwner(holder.owner)} is ${consent.because}` }] : []),
    ...levels.map((doomed): PlanStep => ({
      do: "stop",
      what: `${describeDoomed(doomed, holder, at)}: ${describeManner(manner)}`,
    })),
    ...(loop ? [{ do: "note", what: describeLoop(nameProcess(loop)) }] : []),
  ];
}

function describeDoomed({ process, role }: Doomed, { owner }: PortHolder, at: string): string {
  const who = nameProcess(process);
  const isItself = owner.kind === "process" && owner.lineage[0].process.pid === process.pid;
  switch (role) {
    case "holder":
      return `${who} on ${at}`;
    case "worker":
      return `${who}, its worker`;
    case "watcher":
      return `${who}, which would start it again`;
    case "reservation":
      return `${who}, which ${isItself ? "holds it" : "guards it and ends it with itself"}`;
  }
}

/** Windows has no signal that asks a program to end. */
export function describeManner({ system, graceMs }: StopManner): string {
  return system === "windows" ? "ended at once" : `SIGTERM, ${formatDuration(graceMs)}, SIGKILL`;
}

export function describeLoop(who: string): string {
  return `${who} has a loop, which may start it again: stop that`;
}

/** `nginx (pid 812) on 0.0.0.0:80: systemd keeps it running: nginx.service`, and how it is stopped rightly. */
export function describeLeft({ holder, because, instead }: LeftAlone, system: OsName): string {
  const how = instead ? `; ${describeRemedy(instead, system)}` : "";
  return `${nameOwner(holder.owner)} on ${placesOf(holder)}: ${because}${how}`;
}

/** `127.0.0.1:8000 and [::1]:8000`. */
export function placesOf({ sockets }: PortHolder): string {
  return joinFew([...new Set(sockets.map(({ at }) => formatEndpoint(at)))]);
}

/** The evidence for a verdict, a line each. */
export function describeVerdict({ verdict }: PortHolder): readonly string[] {
  return [`it is ${verdict.because}`, ...verdict.evidence.map((each) => `seen: ${describeEvidence(each)}`)];
}
