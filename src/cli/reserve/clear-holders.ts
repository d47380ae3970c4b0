import type { HoldRequest, Os } from "../../core/os.ts";
import type { IfHeld } from "../../core/reserve-request.ts";
import type { StopPlan } from "../../core/stop.ts";
import { freePort } from "../../holders/stop/free-port.ts";
import { planStop } from "../../holders/stop/plan-stop.ts";
import { askYes, canAsk } from "../../report/ask.ts";
import { describePort } from "../../report/freed-text.ts";
import { renderPlan } from "../../report/plan-text.ts";
import { describeLeft, planStopSteps } from "../../report/stop-plan.ts";
import { writeLines } from "../../report/write.ts";
import type { Style } from "../../report/style.ts";
import type { Cleared } from "../../reserve/context.ts";
import { openStopMachine } from "../stop-machine.ts";

type Stopping = Exclude<IfHeld, { kind: "reuse" }>;

/** Stops whoever holds a port, where that was asked for and may be. */
export async function clearHolders(port: HoldRequest, how: Stopping, asking: Asking): Promise<Cleared> {
  const { os, graceMs, style } = asking;
  const machine = await openStopMachine(os, "reserve", graceMs, (text) => writeLines([{ tone: "warn", text }], style));
  const plan = planStop(await machine.meet(port), machine.asker);
  const [left] = plan.left;
  if (left) {
    return { kind: "refused", because: describeLeft(left, os.name), hint: "`--if-held next` takes the next free port" };
  }
  if (plan.targets.length === 0) return { kind: "nobody" };
  const refused = how.kind === "stop" ? askFor(plan, port, how, asking) : refuseDoubtful(plan);
  if (refused) return refused;
  const heirs = how.kind === "stop" ? "all" : "certain";
  const freed = await freePort(plan, port, { ...machine, heirs, look: () => machine.holdersOf(port) });
  const isFree = freed.proof.kind === "bound" || freed.proof.kind === "unused";
  const stopped = freed.stopped.filter(({ outcome }) => outcome === "ended" || outcome === "killed");
  if (isFree) return { kind: "cleared", stopped: stopped.map(({ doomed }) => doomed.process) };
  const because = freed.left[0] ? describeLeft(freed.left[0], os.name) : "it was stopped, and the port is taken again";
  return { kind: "refused", because, hint: "`portguard who` tells by whom" };
}

/** Only what is dead weight for certain may go without a question. */
function refuseDoubtful({ targets }: StopPlan): Cleared | undefined {
  const doubtful = targets.find(({ consent }) => consent.kind === "ask");
  if (doubtful?.consent.kind !== "ask") return undefined;
  const because = `it is ${doubtful.consent.because}`;
  return { kind: "refused", because, hint: "`--if-held stop` stops it all the same" };
}

interface Asking {
  readonly os: Os;
  readonly graceMs: number;
  readonly style: Style;
}

function askFor(
  plan: StopPlan,
  port: HoldRequest,
  { yes }: Extract<IfHeld, { kind: "stop" }>,
  { os, graceMs, style }: Asking,
): Cleared | undefined {
  const doubtful = plan.targets.find(({ consent }) => consent.kind === "ask");
  if (yes || doubtful?.consent.kind !== "ask") return undefined;
  const because = `it is ${doubtful.consent.because}`;
  if (!canAsk()) return { kind: "refused", because, hint: "nobody is there to be asked: add --yes" };
  const steps = renderPlan(planStopSteps(plan, { system: os.name, graceMs }, []))
    .trimEnd()
    .split("\n");
  writeLines(
    steps.map((text) => ({ tone: "plain", text })),
    style,
  );
  if (askYes(`free ${describePort(port)}?`)) return undefined;
  return { kind: "refused", because: "it was not to be stopped", hint: "`--if-held next` takes the next free port" };
}
