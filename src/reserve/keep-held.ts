import type { Exit } from "../core/os.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import { acquirePorts, describeHeld } from "./acquire.ts";
import { adoptPorts } from "./adopt.ts";
import type { ReserveContext } from "./context.ts";
import { hearSignals } from "./signals.ts";

/** Holds the ports, with nobody serving on them, until a signal, the end of `--for`, or the end of our starter. */
export async function keepHeld(request: ReserveRequest, context: ReserveContext): Promise<Exit> {
  const { os, emit, startedAt } = context;
  const end = Promise.withResolvers<Exit>();
  let cancelled = false;
  const stop = (exit: Exit) => {
    cancelled = true;
    end.resolve(exit);
  };
  using _signals = hearSignals(os, (signal) => stop({ kind: "signal", signal }));
  await using _nursery = os.openNursery({
    start: "never",
    watchParent: !request.outliveParent,
    onEvent: (event) => {
      if (event.kind !== "stdin-closed" && event.kind !== "parent-gone") return;
      emit({ kind: "stopping", because: event.kind });
      stop({ kind: "code", code: 0 });
    },
  });
  const held = request.adopt
    ? await adoptPorts(request.adopt, request, context)
    : await acquirePorts(request, { ...context, cancelled: () => cancelled });
  const holds = (held ?? []).map(({ hold }) => hold);
  context.offer?.({
    lend: async (landing) => (await os.passing()).lend(landing, holds),
    letGo: (pid) => {
      emit({ kind: "handed-on", pid });
      stop({ kind: "code", code: 0 });
    },
  });
  const ports = describeHeld(held ?? []);
  if (held) emit({ kind: "held", ports, sinceStartMs: performance.now() - startedAt });
  const timer =
    request.forMs === undefined
      ? undefined
      : setTimeout(() => {
          emit({ kind: "stopping", because: "time-is-up" });
          stop({ kind: "code", code: 0 });
        }, request.forMs);
  const letGo = () => {
    for (const hold of holds) hold.release();
  };
  try {
    const exit = await end.promise;
    // First: whoever hears of our end, who adopts these sockets above all, has the ports to itself then.
    letGo();
    emit({ kind: "exit", exit, ports: ports.map(({ port }) => port) });
    return exit;
  } finally {
    clearTimeout(timer);
    letGo();
  }
}
