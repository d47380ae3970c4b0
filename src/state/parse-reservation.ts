import { parseReservationName, RESERVATION_VERSION, type Reservation } from "../core/reservation.ts";
import { isNumber, isPort, isText, isTime, list, object, oneOf, optional, parseFields, type Shape } from "./shapes.ts";

/** Reads a reservation's file: the reservation, or what is wrong with it. */
export function parseReservation(text: string): Reservation | string {
  return parseFields(text, RESERVATION_VERSION, RESERVATION) as Reservation | string;
}

const isName: Shape = (value) => typeof value === "string" && parseReservationName(value) === value;
const isMark = object({ pid: isNumber, born: optional(isText) });
const isAddress = object({ family: oneOf(4, 6), text: isText, scopeId: isNumber });
const isEndpoint = object({
  protocol: oneOf("tcp", "udp"),
  address: isAddress,
  port: isPort,
  dual: oneOf(true, false),
});

const RESERVATION: Readonly<Record<string, Shape>> = {
  name: isName,
  host: isText,
  portguard: isMark,
  guard: optional(isMark),
  server: optional(isMark),
  ports: list(object({ name: optional(isText), port: isPort, held: list(isEndpoint), bound: list(isEndpoint) })),
  directory: isText,
  command: list(isText),
  generation: isNumber,
  way: optional(oneOf("takeover", "inherit", "release")),
  since: isTime,
  control: optional(isText),
  picked: optional(object({ folder: isText })),
  restart: optional(object({ at: isTime, outcome: oneOf("under-way", "ready", "failed"), what: optional(isText) })),
};
