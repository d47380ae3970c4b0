import { fail } from "../../core/error.ts";
import type { Exit, HoldRequest, Os } from "../../core/os.ts";
import type { Freed, StopPlan } from "../../core/stop.ts";
import { freePort } from "../../holders/stop/free-port.ts";
import { joinReserved } from "../../holders/stop/join-reserved.ts";
import { planStop } from "../../holders/stop/plan-stop.ts";
import { askYes, canAsk } from "../../report/ask.ts";
import { describeProof, type FreeState, renderFreed } from "../../report/freed-text.ts";
import { renderFreedJson } from "../../report/stop-json.ts";
import { renderPlan, renderPlanJson } from "../../report/plan-text.ts";
import { planStopSteps } from "../../report/stop-plan.ts";
import { styleOfStdout, writeAnswer, writeLines, writeSpans } from "../../report/write.ts";
import { type FreeArgs, parseFreeArgs } from "./free-args.ts";
import type { Invocation } from "../words/parse-args.ts";
import { openReservations } from "../../state/open-reservations.ts";
import type { Services } from "../services.ts";
import { showHelp } from "../words/show-help.ts";
import { openStopMachine, type StopMachine } from "../stop-machine.ts";

const DONE: Exit = { kind: "code", code: 0 };
const NO: Exit = { kind: "code", code: 1 };
const NOT_KNOWN: Exit = { kind: "code", code: 3 };

/** One port, and what would be done about it. */
interface Planned {
  readonly request: HoldRequest;
  readonly plan: StopPlan;
}

/** `portguard free`: args → who has it → plan → stopped → proof → report. Throws PortguardError. */
export async function runFree(invocation: Invocation, services: Services): Promise<Exit> {
  if (await showHelp(invocation.words, async () => (await import("./free-help.ts")).FREE_HELP)) return DONE;
  const args = parseFreeArgs(invocation);
  const machine = await openStopMachine(await services.os(), "free", args.graceMs, (text) =>
    writeLines([{ tone: "warn", text }], services.style()),
  );
  const requests = [...args.requests, ...args.names.flatMap((name) => portsOf(name, machine.os))];
  const planned = await Promise.all(
    requests.map(async (request) => ({ request, plan: planStop(await machine.meet(request), machine.asker) })),
  );
  if (args.dryRun) return showPlan(planned, args, machine);
  if (!agree(planned, args, machine)) return tellDeclined(args);
  const results = [];
  for (const { request, plan } of planned) {
    const isAgreed = args.yes || plan.targets.some(({ consent }) => consent.kind === "ask");
    const heirs = isAgreed ? ("all" as const) : ("certain" as const);
    const tools = { ...machine, heirs, look: () => machine.holdersOf(request) };
    const freed = await freePort(plan, request, tools);
    results.push({ request, freed, state: judge(freed) });
  }
  if (args.json) writeAnswer(renderFreedJson(results));
  else {
    const style = styleOfStdout(args.color);
    const told = results.filter(({ state }) => !args.quiet || state !== "free");
    writeSpans(
      told.flatMap((each) => renderFreed(each, machine.os.name, style)),
      style,
    );
  }
  return exitOf(results.map(({ state }) => state));
}

/** Where a reservation has its ports. Throws NAME_UNKNOWN, NO_STATE_FOLDER. */
function portsOf(name: string, os: Os): HoldRequest[] {
  const found = openReservations(os).find(name);
  if (!found) return fail("NAME_UNKNOWN", `no reservation is called ${name}`, "`portguard list` shows the names");
  return found.ports.map(({ port, held }) => ({ protocol: held[0]?.protocol ?? "tcp", port, hosts: "every" }));
}

function showPlan(planned: readonly Planned[], { json }: FreeArgs, machine: StopMachine): Exit {
  const plan = joinPlans(planned, machine);
  writeAnswer(json ? renderPlanJson(plan) : renderPlan(plan));
  return DONE;
}

function joinPlans(planned: readonly Planned[], { os, graceMs }: StopMachine) {
  const whole = {
    targets: planned.flatMap(({ plan }) => plan.targets),
    left: planned.flatMap(({ plan }) => plan.left),
  };
  const proves = planned.map(({ request }) => describeProof(request));
  return planStopSteps({ ...whole, targets: joinReserved(whole.targets) }, { system: os.name, graceMs }, proves);
}

/** Asks where anybody of them is not dead weight for certain. Throws BAD_USAGE where there is nobody to ask. */
function agree(planned: readonly Planned[], { yes, json }: FreeArgs, machine: StopMachine): boolean {
  const doubtful = planned.flatMap(({ plan }) => plan.targets).filter(({ consent }) => consent.kind === "ask");
  if (yes || doubtful.length === 0) return true;
  const steps = joinPlans(planned, machine);
  if (json || !canAsk()) {
    const who = steps.steps.find((step) => step.do === "ask")?.what ?? "it is in use";
    return fail("BAD_USAGE", `${who}, and there is nobody to ask`, "add --yes; --dry-run shows what would be done");
  }
  writeAnswer(renderPlan(steps));
  return askYes("go ahead?");
}

function tellDeclined({ color }: FreeArgs): Exit {
  writeSpans([["nothing was stopped"]], styleOfStdout(color));
  return NO;
}

function judge({ proof, left, newcomers, clients }: Freed): FreeState {
  if (proof.kind === "bound" || proof.kind === "unused") return "free";
  if (proof.kind !== "held") return "not-free";
  const isUnseen = left.length + newcomers.length + clients.length === 0;
  return isUnseen || left.some(({ kind }) => kind === "unknown") ? "unknown" : "not-free";
}

function exitOf(states: readonly FreeState[]): Exit {
  if (states.includes("not-free")) return NO;
  return states.includes("unknown") ? NOT_KNOWN : DONE;
}
