import { PortguardError } from "../core/error.ts";
import type { Exit, Nursery, Tree } from "../core/os.ts";
import type { HandoffWay, RestartCause, RestartMode, RestartOutcome } from "../core/reserve-event.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import { acquirePorts, describeHeld, type HeldRequest } from "./acquire.ts";
import { adoptPorts } from "./adopt.ts";
import type { ReserveContext } from "./context.ts";
import { Generation } from "./generation.ts";
import { Guard } from "./guard.ts";
import { chooseWays, type WayChoice } from "./handoff/choose.ts";
import { holdAgain } from "./hold-again.ts";
import { HeardOutput } from "./heard-output.ts";
import { Inbox } from "./inbox.ts";
import { keepHeld } from "./keep-held.ts";
import { launchCommand, requireCommand } from "./launch.ts";
import { checkPlaceholders } from "./placeholders.ts";
import { type ReadinessOptions, ReadinessWatch } from "./readiness-watch.ts";
import { hearSignals } from "./signals.ts";
import { Succession } from "./succession.ts";
import { restartOnChange } from "./watch/restart-on-change.ts";

/** A start may take this much longer than the first one, whatever `--ready-timeout` says. */
const SLOWER = 3;
const FILE_CHANGED = { restart: "file-changed", done: () => {} } as const;

export { planReservation } from "./plan.ts";

/** Reserves the ports, and runs the command on them if there is one. Throws PortguardError. */
export async function reserve(request: ReserveRequest, context: ReserveContext): Promise<Exit> {
  if (request.command.length === 0) return keepHeld(request, context);
  checkPlaceholders(request.command, request.ports);
  const found = requireCommand(request.command[0]!, context.os);
  const choice = chooseWays(request, context.os.name, found);
  const retries = request.auto > 0 || request.waitMs > 0 ? 3 : 0;
  for (let attempt = 0; ; attempt++) {
    try {
      return await runOnce(request, choice, context);
    } catch (error) {
      if (!(error instanceof PortguardError) || error.code !== "PORT_STOLEN" || attempt === retries) throw error;
      context.emit({ kind: "warning", code: "PORT_STOLEN", what: error.what, hint: "it is tried again" });
    }
  }
}

async function runOnce(request: ReserveRequest, choice: WayChoice, context: ReserveContext): Promise<Exit> {
  const { os, emit } = context;
  const inbox = new Inbox();
  const restart = (because: RestartCause) =>
    new Promise<RestartOutcome>((done) => inbox.put({ restart: because, done }));
  context.offer?.({ restart });
  using _signals = hearSignals(os, (signal) => inbox.put({ signal }));
  const isTapped = new HeardOutput(request, os.hasOwnErrorStream()).tap !== undefined;
  const start = choice.ways[0] === "inherit" || isTapped ? "late" : "early";
  await using nursery = os.openNursery({
    start,
    watchParent: !request.outliveParent,
    onEvent: (event) => inbox.put({ event }),
  });
  const held = request.adopt
    ? await adoptPorts(request.adopt, request, context)
    : await acquirePorts(request, { ...context, cancelled: () => inbox.fatalSignal !== undefined });
  if (!held) {
    const exit: Exit = { kind: "signal", signal: inbox.fatalSignal ?? "SIGTERM" };
    emit({ kind: "stopping", because: "signal" });
    emit({ kind: "exit", exit, ports: [] });
    return exit;
  }
  emit({ kind: "held", ports: describeHeld(held), sinceStartMs: performance.now() - context.startedAt });
  try {
    return await launchAndGuard(request, choice, context, nursery, held, inbox);
  } finally {
    for (const { hold } of held) hold.release();
  }
}

async function launchAndGuard(
  request: ReserveRequest,
  choice: WayChoice,
  { os, emit }: ReserveContext,
  nursery: Nursery,
  held: readonly HeldRequest[],
  inbox: Inbox,
): Promise<Exit> {
  const startedAt = performance.now();
  const ports = held.map(({ hold }) => ({ protocol: hold.protocol, port: hold.port, members: hold.members }));
  const isOwn = os.hasOwnErrorStream();
  let output = new HeardOutput(request, isOwn);
  const nextTap = () => (output = new HeardOutput(request, isOwn)).tap;
  const { way, tree, again } = await launchCommand(nursery, { request, choice, held, ports, emit, nextTap });
  const raise = raiser({ os, emit, request, way, ports });
  const first = raise(1, tree, output, startedAt);
  const succession = new Succession(first, {
    os,
    emit,
    request,
    mode: restartModeOf(request, way),
    mayRefuse: way === "release",
    holdMeanwhile: () => holdAgain(os, way === "release" ? held : []),
    keepQueue: (on) => nursery.keepQueue(on ? { timeoutMs: request.queueTimeoutMs } : undefined),
    launch: async (number) => {
      const begin = performance.now();
      return raise(number, await again(number), output, begin);
    },
  });
  const guard = new Guard({ os, emit, request, ports: ports.map(({ port }) => port), succession });
  inbox.open((item) => guard.take(item));
  await using _watch = restartOnChange(request.watch, { emit, restart: () => guard.take(FILE_CHANGED) });
  return await guard.run();
}

/** How a new generation takes the old one's place: two can't have a port that was let go of. */
function restartModeOf({ restartMode }: ReserveRequest, way: HandoffWay): RestartMode {
  if (way === "release") return "stop-first";
  return restartMode === "auto" ? "rolling" : restartMode;
}

/** Makes generations of commands that have just been started, and says that they were. */
function raiser(options: Pick<ReadinessOptions, "os" | "emit" | "request" | "way" | "ports">) {
  const { emit, request, way } = options;
  const ports = options.ports.map(({ port }) => port);
  let first: ReadinessWatch | undefined;
  return (number: number, tree: Tree, output: HeardOutput, startedAt: number): Generation => {
    emit({ kind: "started", generation: number, pid: tree.pid, command: request.command, way });
    // What took long once takes long again.
    const patienceMs = Math.max(request.readyTimeoutMs, SLOWER * (first?.startMs ?? 0));
    const readiness = new ReadinessWatch({ ...options, tree, generation: number, output, startedAt, patienceMs });
    first ??= readiness;
    return new Generation({ number, tree, request, ports, emit, readiness, output });
  };
}
