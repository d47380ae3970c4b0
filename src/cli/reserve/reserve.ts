import type { ControlRequest } from "../../core/control.ts";
import type { Exit, Os } from "../../core/os.ts";
import { type PortHeldError, summarizeHolders } from "../../core/port-held-error.ts";
import type { ReserveEvent } from "../../core/reserve-event.ts";
import type { ReserveRequest } from "../../core/reserve-request.ts";
import { toPortguardError } from "../../report/error-text.ts";
import { renderPlan, renderPlanJson } from "../../report/plan-text.ts";
import { openEvents } from "../../report/reserve-events.ts";
import { renderReserveEvent } from "../../report/reserve-text.ts";
import type { Style } from "../../report/style.ts";
import { writeAnswer, writeLines } from "../../report/write.ts";
import type { ReserveContext } from "../../reserve/context.ts";
import { LazyRecord } from "./lazy-record.ts";
import type { Invocation } from "../words/parse-args.ts";
import { RequestDesk } from "./request-desk.ts";
import { type ReserveArgs, parseReserveArgs } from "./reserve-args.ts";
import type { Services } from "../services.ts";
import { showHelp } from "../words/show-help.ts";

const DONE: Exit = { kind: "code", code: 0 };

/** `portguard reserve`: args → request → work → report. Throws PortguardError. */
export async function runReserve(invocation: Invocation, services: Services): Promise<Exit> {
  if (await showHelp(invocation.words, async () => (await import("./reserve-help.ts")).RESERVE_HELP)) return DONE;
  const { request: asked, adopt, detach, report, dryRun } = parseReserveArgs(invocation);
  if (!detach && dryRun === undefined)
    return runReported(asked, report, services, adopt === undefined ? {} : { adopt });
  const request = adopt === undefined ? asked : await complete(asked, adopt, services);
  if (detach) return (await import("./detach.ts")).holdDetached(invocation.words, request, services);
  const { planReservation } = await import("../../reserve/run.ts");
  const plan = planReservation(request, await services.os());
  writeAnswer(dryRun === "json" ? renderPlanJson(plan) : renderPlan(plan));
  return DONE;
}

async function complete(request: ReserveRequest, adopt: string, services: Services): Promise<ReserveRequest> {
  return (await import("./adoption.ts")).completeAdoption(request, adopt, await services.os());
}

interface Manner {
  /** The reservation whose ports are taken over. */
  readonly adopt?: string;
  readonly hear?: (event: ReserveEvent) => void;
}

/** Reserves, and tells each event to stderr, `--events` and `hear`, and what fails to `--events`, too. Throws PortguardError. */
export async function runReported(
  asked: ReserveRequest,
  report: ReserveArgs["report"],
  services: Services,
  { adopt, hear }: Manner = {},
): Promise<Exit> {
  const { startedAt, style } = services;
  // Before any file is opened: what is open now was given to us, and is the command's.
  const os = await services.os();
  using events = report.events === undefined ? undefined : openEvents(report.events);
  // The command would keep its reader from seeing the end. (0 to 2 are the command's own.)
  if (events?.givenFd !== undefined && events.givenFd > 2) os.keepFd(events.givenFd);
  const { command, forMs } = asked;
  const context = { hasCommand: command.length > 0, ...(forMs !== undefined && { forMs }) };
  const show = (event: ReserveEvent) => writeLines(renderReserveEvent(event, { ...context, now: Date.now() }), style());
  let isWritten = true;
  const tell = (event: ReserveEvent) => {
    if (!report.quiet || event.kind === "warning") show(event);
    const wasWritten = isWritten;
    if (events) isWritten = events.write(event);
    if (wasWritten && !isWritten) show(eventsLost(report.events!));
  };
  try {
    const request = adopt === undefined ? asked : await complete(asked, adopt, services);
    const desk = new RequestDesk();
    const handle = (wish: ControlRequest) => desk.handle(wish);
    using record = new LazyRecord(({ openRecord }) => openRecord(request, os, { emit: tell, handle }));
    // The name that was asked for is refused before anything is held for it; one that is taken over is free only then, and
    // one whose server is reused may well be taken.
    if (request.name !== undefined && !request.adopt && request.ifHeld?.kind !== "reuse") record.open();
    const emit = (event: ReserveEvent) => {
      // First: whoever acts on an event finds it on stderr, and in the record.
      record.hear(event, command.length === 0);
      hear?.(event);
      tell(event);
    };
    const { reserve } = await import("../../reserve/run.ts");
    const offer: ReserveContext["offer"] = (abilities) => desk.offer(abilities);
    const parts = { os, emit, startedAt, offer, ...clearerOf(request, os, style) };
    if (request.ifHeld?.kind !== "reuse") return await reserve(request, parts);
    const { reuseOrRun } = await import("./reuse-or-run.ts");
    const done = await reuseOrRun(request, os, (chosen, instead) =>
      reserve(chosen, instead ? { ...parts, emit: tellMovedFirst(instead, emit) } : parts),
    );
    if (done.kind !== "reused") return done;
    tell(done);
    writeAnswer(done.url);
    return DONE;
  } catch (error) {
    events?.writeError(toPortguardError(error));
    throw error;
  }
}

function eventsLost(target: string): ReserveEvent {
  const what = `events can't be written to \`${target}\` now: what happens meanwhile is not told there`;
  return { kind: "warning", code: "EVENTS_LOST", what, hint: "is its disk full, or its reader gone?" };
}

/** Before it is said that a port is held, why it is another one than was asked for. */
function tellMovedFirst(instead: PortHeldError, emit: (event: ReserveEvent) => void) {
  return (event: ReserveEvent) => {
    if (event.kind === "held") {
      const because = `${instead.port} is held ${summarizeHolders(instead.holders)}`;
      emit({ kind: "moved", from: instead.port, to: event.ports[0]?.port ?? 0, because });
    }
    emit(event);
  };
}

/** What stops whoever is in the way, where that was asked for. */
function clearerOf({ ifHeld, graceMs }: ReserveRequest, os: Os, style: () => Style): Pick<ReserveContext, "clear"> {
  if (!ifHeld || ifHeld.kind === "reuse") return {};
  return {
    clear: async (port) =>
      (await import("./clear-holders.ts")).clearHolders(port, ifHeld, { graceMs, os, style: style() }),
  };
}
