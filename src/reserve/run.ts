import { PortguardError } from "../core/error.ts";
import type { Exit, Nursery } from "../core/os.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import { acquirePorts, describeHeld, type HeldRequest } from "./acquire.ts";
import type { ReserveContext } from "./context.ts";
import { Guard } from "./guard.ts";
import { chooseWays, type WayChoice } from "./handoff/choose.ts";
import { Inbox } from "./inbox.ts";
import { keepHeld } from "./keep-held.ts";
import { launchCommand, requireCommand } from "./launch.ts";
import { checkPlaceholders } from "./placeholders.ts";
import { ReadinessWatch } from "./readiness-watch.ts";
import { hearSignals } from "./signals.ts";

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
  using _signals = hearSignals(os, (signal) => inbox.put({ signal }));
  const start = choice.ways[0] === "inherit" ? "late" : "early";
  await using nursery = os.openNursery({
    start,
    watchParent: !request.outliveParent,
    onEvent: (event) => inbox.put({ event }),
  });
  const held = await acquirePorts(request, { os, emit, cancelled: () => inbox.fatalSignal !== undefined });
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
  const { way, tree } = await launchCommand(nursery, { request, choice, held, ports, emit });
  emit({ kind: "started", pid: tree.pid, command: request.command, way });
  const readiness = new ReadinessWatch({ os, emit, request, way, tree, ports, startedAt });
  const guard = new Guard({ os, emit, request, way, tree, ports: ports.map(({ port }) => port), readiness });
  inbox.open((item) => ("event" in item ? guard.hear(item.event) : guard.hearSignal(item.signal)));
  return await guard.run();
}
