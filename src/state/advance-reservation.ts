import { formatEndpoint } from "../core/endpoint.ts";
import { markOf } from "../core/process-mark.ts";
import type { Reservation } from "../core/reservation.ts";
import type { ReserveEvent } from "../core/reserve-event.ts";
import type { ProcessInfo } from "../core/socket.ts";

export interface AdvanceContext {
  readonly process: (pid: number) => ProcessInfo | undefined;
  readonly now: Date;
}

/** The reservation after this event; the very same where it says nothing of what is recorded. */
export function advanceReservation(
  reservation: Reservation,
  event: ReserveEvent,
  { process, now }: AdvanceContext,
): Reservation {
  switch (event.kind) {
    case "held":
      return {
        ...reservation,
        ports: event.ports.map(({ name, port, members }) => ({
          ...(name !== undefined && { name }),
          port,
          held: members,
          bound: [],
        })),
      };
    case "started": {
      const { generation } = event;
      // Beside the old one it is not yet what serves.
      if (reservation.restart?.outcome === "under-way" && reservation.server) return { ...reservation, generation };
      return { ...reservation, ...marksOf(event.pid, reservation, process), way: event.way, generation };
    }
    case "ready":
      return {
        ...reservation,
        ...marksOf(event.pid, reservation, process),
        ports: reservation.ports.map((port) => ({ ...port, bound: placesOn(port.port, event) })),
        ...(reservation.restart && { restart: { at: now.toISOString(), outcome: "ready" as const } }),
      };
    case "restarting":
      return { ...reservation, restart: { at: now.toISOString(), outcome: "under-way" } };
    case "restart-failed":
      return { ...reservation, restart: { at: now.toISOString(), outcome: "failed", what: event.what } };
    case "retired":
      // After a rolling restart it is an old one; before that, the one that had to be stopped first.
      return reservation.restart?.outcome === "under-way" ? withoutServer(reservation) : reservation;
    case "crashed":
      return withoutServer(reservation);
    case "adopted":
    case "handed-on":
    case "file-changed":
    case "not-beside":
    case "gave-up":
    case "queue-expired":
    case "listener-repaired":
    case "moved":
    case "cleared":
    case "reused":
    case "waiting":
    case "way-refused":
    case "warning":
    case "left-running":
    case "stopping":
    case "exit":
      return reservation;
  }
}

function withoutServer(reservation: Reservation): Reservation {
  const { server, ...rest } = reservation;
  return server ? rest : reservation;
}

/** The command, and its parent where that is portguard's second process. */
function marksOf(pid: number, reservation: Reservation, process: AdvanceContext["process"]) {
  const server = process(pid) ?? { pid, command: [] };
  const parent = server.ppid === undefined ? undefined : process(server.ppid);
  const guard = parent && parent.pid !== reservation.portguard.pid ? markOf(parent) : undefined;
  return { server: markOf(server), ...(guard && { guard }) };
}

/** Where the command serves on this port: workers share a socket, or have one each at the same place. */
function placesOn(port: number, { bound }: Extract<ReserveEvent, { kind: "ready" }>) {
  const places = bound.map(({ at }) => at).filter((at) => at.port === port);
  const texts = places.map(formatEndpoint);
  return places.filter((_, index) => texts.indexOf(texts[index]!) === index);
}
