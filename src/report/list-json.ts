import { isOpenToOthers, type Listed } from "../core/listing.ts";
import type { Reservation } from "../core/reservation.ts";
import { renderJson } from "./json.ts";

/** `{ schema, ok, listeners, reservations }`; `ok`: there is any. */
export function renderListJson(listed: readonly Listed[], reservations: readonly Reservation[]): string {
  const ok = listed.length > 0 || reservations.length > 0;
  return renderJson({ ok, listeners: listed.map(describeListed), reservations });
}

/** One line of `--follow --json`: what came or went, and when. */
export function renderListChangeJson(change: "appeared" | "gone", listed: Listed, at: Date): string {
  return renderJson({ time: at.toISOString(), change, listener: describeListed(listed) });
}

function describeListed(listed: Listed): object {
  const { reservation, ...rest } = listed;
  return { ...rest, openToOthers: isOpenToOthers(listed), ...(reservation && { reservation: reservation.name }) };
}
