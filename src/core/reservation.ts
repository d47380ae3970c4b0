import type { Address } from "./address.ts";
import { type Endpoint, overlaps } from "./endpoint.ts";
import { fail } from "./error.ts";
import type { ProcessMark } from "./process-mark.ts";
import type { HandoffWay } from "./reserve-event.ts";

/** A reservation that runs now, as it is recorded for those who look for it. */
export interface Reservation {
  readonly version: typeof RESERVATION_VERSION;
  /** Unique on this machine, for this user. */
  readonly name: string;
  /** The machine's name: a home folder, and what is recorded in it, may be shared between several. */
  readonly host: string;
  readonly portguard: ProcessMark;
  /** Portguard's second process, where the system needs one. */
  readonly guard?: ProcessMark;
  /** The command itself, while one runs. */
  readonly server?: ProcessMark;
  readonly ports: readonly ReservedPort[];
  /** Where portguard was started. */
  readonly directory: string;
  /** As it was given; empty: the ports are only held. */
  readonly command: readonly string[];
  /** How many times the command was started. */
  readonly generation: number;
  readonly way?: HandoffWay;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly restart?: LastRestart;
  /** Where it takes requests: a unix socket, on Windows a named pipe. */
  readonly control?: string;
  /** What `pick` keeps for whoever will serve in this folder, a work tree's root or one that was named. */
  readonly picked?: { readonly folder: string };
}

export const RESERVATION_VERSION = 1;

/** One port of a reservation. */
export interface ReservedPort {
  /** The label of `web=8000`. */
  readonly name?: string;
  readonly port: number;
  /** What is held of it. */
  readonly held: readonly Endpoint[];
  /** Where the command serves on it; empty: it does not yet, or there is none. */
  readonly bound: readonly Endpoint[];
}

/** What became of the last restart. */
export interface LastRestart {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly outcome: "under-way" | "ready" | "failed";
  /** Why it failed. */
  readonly what?: string;
}

/** Whether one of its ports is in the way of these endpoints. */
export function reserves({ ports }: Reservation, at: Endpoint): boolean {
  return ports.some(({ held, bound }) => [...held, ...bound].some((own) => overlaps(own, at)));
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Nothing where the text is no name of a reservation. */
export function parseReservationName(text: string): string | undefined {
  return NAME.test(text) ? text : undefined;
}

/** Reads `--name`. Throws BAD_USAGE. */
export function requireReservationName(text: string): string {
  const hint = "a name has letters, digits, `.`, `-` and `_`, as in --name api";
  return parseReservationName(text) ?? fail("BAD_USAGE", `\`${text}\` is not a name for a reservation`, hint);
}

/** `shop-8000` for port 8000 in `/home/ada/shop`; `8000` where the folder has no name that could be used. */
export function defaultReservationName(directory: string, port: number): string {
  return [...wordOf(directory), port].join("-");
}

/** `shop-pick-1f0c93ab`: of the ports that a folder gets each time, among those that the mark stands for. */
export function pickReservationName(folder: string, mark: string): string {
  return [...wordOf(folder), "pick", mark].join("-");
}

/** Its name as far as a reservation's may have it; none where nothing of it is left. */
function wordOf(directory: string): string[] {
  const folder = directory.split(/[/\\]/).at(-1) ?? "";
  const word = folder
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 48);
  return word === "" ? [] : [word];
}

/** Where a client on this machine reaches what is bound there; a wildcard stands for the loopback of its family. */
export function clientAddress({ address, dual }: Pick<Endpoint, "address" | "dual">): Address {
  if (address.text === "0.0.0.0" || dual) return { family: 4, text: "127.0.0.1", scopeId: 0 };
  return address.text === "::" ? { family: 6, text: "::1", scopeId: 0 } : address;
}
