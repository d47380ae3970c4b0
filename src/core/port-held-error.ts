import { formatEndpoint } from "./endpoint.ts";
import { PortguardError } from "./error.ts";
import type { Reservation } from "./reservation.ts";
import type { Holder } from "./reserve-event.ts";

const HINT = "`--auto` takes the next free port, `--if-held wait` waits for this one";

/** PORT_HELD with everybody who has the port, so that a report can tell each of them on a line of its own. */
export class PortHeldError extends PortguardError {
  constructor(
    readonly port: number,
    readonly holders: readonly Holder[],
    hint = HINT,
    /** Where it is portguard itself that keeps it. */
    readonly reservation?: Reservation,
  ) {
    super("PORT_HELD", `port ${port} is ${reservedAs(reservation)}held ${summarizeHolders(holders)}`, hint);
  }
}

/** `reserved as shop-8000 in /home/ada/shop, and `, `picked for /home/ada/shop, and `. */
function reservedAs(reservation: Reservation | undefined): string {
  if (reservation?.picked) return `picked for ${reservation.picked.folder}, and `;
  return reservation ? `reserved as \`${reservation.name}\` in ${reservation.directory}, and ` : "";
}

/** `by node (pid 4711) on 127.0.0.1:8000 and by python3 (pid 4800) on [::1]:8000`; one holder with many sockets stands once. */
export function summarizeHolders(holders: readonly Holder[]): string {
  const places = new Map<string, string[]>();
  for (const holder of holders) {
    const who = nameHolder(holder);
    places.set(who, [...(places.get(who) ?? []), formatEndpoint(holder.at)]);
  }
  if (places.size === 0) return "by a process that can't be seen";
  return joinWords([...places].map(([who, at]) => `by ${who} on ${joinFew([...new Set(at)])}`));
}

/** `a`, `a and b`, `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Three of them, and how many more: a hold of portguard's own is on every address. */
export function joinFew(words: readonly string[]): string {
  return words.length <= 4 ? joinWords(words) : `${words.slice(0, 3).join(", ")} and ${words.length - 3} more`;
}

function nameHolder({ process, closing }: Holder): string {
  if (closing) return "connections that are still closing";
  if (!process) return "a process that can't be seen";
  return `${process.name ?? process.command[0] ?? "a process"} (pid ${process.pid})`;
}
