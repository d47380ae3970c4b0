import { formatDuration } from "../core/duration.ts";
import type { HandoffWay } from "../core/reserve-event.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import { FAILED_STARTS, FIRST_PAUSE_MS, LONGEST_PAUSE_MS } from "./back-off.ts";

export interface GenerationStep {
  readonly do: "ready" | "restart";
  readonly what: string;
}

/** How generations would follow each other, where the first way is the one that is had. */
export function planGenerations(request: ReserveRequest, way: HandoffWay | undefined): GenerationStep[] {
  return [
    { do: "ready", what: describeReady(request) },
    {
      do: "restart",
      what: `at SIGHUP or \`portguard restart\`${describeWatch(request)}: ${describeMode(request, way)}`,
    },
    ...(request.restart === "no" ? [] : [{ do: "restart" as const, what: describeRevival(request) }]),
  ];
}

function describeReady({ ready, readyTimeoutMs }: ReserveRequest): string {
  const limit = `, in ${formatDuration(readyTimeoutMs)}`;
  switch (ready.kind) {
    case "listen":
      return `when it waits for connections${limit}`;
    case "http":
      return `when it answers GET ${ready.path} with ${ready.status ?? "less than 500"}${limit}`;
    case "log":
      return `when its output, which passes through, has a line like /${ready.pattern.source}/${limit}`;
    case "none":
      return "as soon as it runs";
  }
}

function describeWatch({ watch }: ReserveRequest): string {
  return watch.length === 0 ? "" : ", or when a watched file changes";
}

function describeMode({ restartMode }: ReserveRequest, way: HandoffWay | undefined): string {
  if (way === "release") return "the old one is stopped first, and clients may be refused meanwhile";
  return restartMode === "stop-first"
    ? "the old one is stopped first, and clients wait"
    : "a new generation gets the same sockets; when it is ready, the old one is stopped";
}

function describeRevival({ restart, queueTimeoutMs }: ReserveRequest): string {
  const when = restart === "always" ? "whenever it ends" : "when it fails";
  const pauses = `after ${formatDuration(FIRST_PAUSE_MS)}, then twice as long each time up to ${formatDuration(LONGEST_PAUSE_MS)}`;
  return `${when}: ${pauses}; not after ${FAILED_STARTS} starts that never served; clients wait ${formatDuration(queueTimeoutMs)}`;
}
