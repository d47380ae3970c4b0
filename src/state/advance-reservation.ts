import { formatEndpoint } from "../core/endpoint.ts";
import { markOf, type Reservation } from "../core/reservation.ts";
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
  { process }: AdvanceContext,
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
      const server = process(event.pid) ?? { pid: event.pid, command: [] };
      // Where portguard has a second process, that one is the command's parent.
      const parent = server.ppid === undefined ? undefined : process(server.ppid);
      const guard = parent && parent.pid !== reservation.portguard.pid ? markOf(parent) : undefined;
      const { generation } = reservation;
      return {
        ...reservation,
        server: markOf(server),
        ...(guard && { guard }),
        way: event.way,
        generation: generation + 1,
      };
    }
    case "ready":
      return {
        ...reservation,
        ports: reservation.ports.map((port) => ({ ...port, bound: placesOn(port.port, event) })),
      };
    case "moved":
    case "waiting":
    case "way-refused":
    case "warning":
    case "left-running":
    case "stopping":
    case "exit":
      return reservation;
  }
}

/** Where the command serves on this port: workers share a socket, or have one each at the same place. */
function placesOn(port: number, { bound }: Extract<ReserveEvent, { kind: "ready" }>) {
  const places = bound.map(({ at }) => at).filter((at) => at.port === port);
  const texts = places.map(formatEndpoint);
  return places.filter((_, index) => texts.indexOf(texts[index]!) === index);
}
