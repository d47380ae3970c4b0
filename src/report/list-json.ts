import { isOpenToOthers, type Listed } from "../core/listing.ts";
import type { Reservation } from "../core/reservation.ts";
import { renderJson } from "./json.ts";
import type { JsonField } from "./json-fields.ts";

const LISTENER: readonly JsonField[] = [
  [".at", "its place", "endpoint"],
  [".state", "listening, open (UDP) or held (reserved, and nobody serves there)"],
  [".process?", "who has it, where that is seen", "process"],
  [".sharedWith", "how many more have the same socket"],
  [".uid?", "whose it is (Unix)"],
  [".user?", "its name, where the process may not be seen"],
  [".openToOthers", "whether its address is for other machines, too"],
  [".reservation?", "its name"],
];

function listenerFields(name: string): readonly JsonField[] {
  return LISTENER.map(([field, ...rest]) => [`${name}${field}`, ...rest]);
}

/** Every field of what `list --json` writes. */
export const LIST_JSON: readonly JsonField[] = [
  ["schema", "1"],
  ["ok", "whether there is any"],
  ...listenerFields("listeners[]"),
  ["reservations[].version", "1"],
  ["reservations[].name", "a text"],
  ["reservations[].host", "the machine's name"],
  ["reservations[].portguard", "which process it is", "mark"],
  ["reservations[].guard?", "its second process", "mark"],
  ["reservations[].server?", "the command, while it runs", "mark"],
  ["reservations[].ports[].name?", "the label of web=8000"],
  ["reservations[].ports[].port", "a number"],
  ["reservations[].ports[].held[]", "what is held of it", "endpoint"],
  ["reservations[].ports[].bound[]", "where the command serves", "endpoint"],
  ["reservations[].directory", "where portguard was started"],
  ["reservations[].command[]", "its words; none: the ports are only held"],
  ["reservations[].generation", "how many times the command was started"],
  ["reservations[].way?", "takeover, inherit or release"],
  ["reservations[].since", "ISO 8601, UTC"],
  ["reservations[].restart?.at", "of the last restart"],
  ["reservations[].restart?.outcome", "under-way, ready or failed"],
  ["reservations[].restart?.what?", "why it failed"],
  ["reservations[].control?", "where it takes requests"],
  ["reservations[].picked?.folder", "for whom `pick` keeps it"],
];

/** Every field of a line of `list --follow --json`. */
export const LIST_CHANGE_JSON: readonly JsonField[] = [
  ["schema", "1"],
  ["time", "ISO 8601, UTC"],
  ["change", "appeared or gone"],
  ...listenerFields("listener"),
];

/** As `LIST_JSON` lists it; `ok`: there is any. */
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
