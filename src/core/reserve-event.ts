import type { Endpoint } from "./endpoint.ts";
import type { Exit } from "./os.ts";
import type { ProcessInfo } from "./socket.ts";

export type HandoffWay = "takeover" | "inherit" | "release";

/** A port that is held now, as it is told to people and scripts. */
export interface HeldPort {
  readonly name?: string;
  readonly port: number;
  /** Every endpoint that is ours. */
  readonly members: readonly Endpoint[];
}

/** Somebody who has a port that was asked for. A missing process means that the system doesn't show who it is. */
export interface Holder {
  readonly at: Endpoint;
  readonly process?: ProcessInfo;
  /** It is no process any more but connections that are still closing (TIME_WAIT). */
  readonly closing?: true;
}

/**
 * What happens to a reservation, in order of time: the one stream that stderr, `--events` and the tests read.
 * Times are milliseconds; `sinceStartMs` counts from portguard's own start.
 */
export type ReserveEvent =
  | { readonly kind: "held"; readonly ports: readonly HeldPort[]; readonly sinceStartMs: number }
  /** `--auto` or a range took another port than the first one. */
  | { readonly kind: "moved"; readonly from: number; readonly to: number; readonly because: string }
  /** The port is held by somebody else and we wait for it. */
  | { readonly kind: "waiting"; readonly port: number; readonly holders: readonly Holder[]; readonly forMs: number }
  /** Why a better way than the one that is taken could not be had; told before the start. */
  | { readonly kind: "way-refused"; readonly way: HandoffWay; readonly because: string; readonly instead: HandoffWay }
  | { readonly kind: "started"; readonly pid: number; readonly command: readonly string[]; readonly way: HandoffWay }
  | {
      readonly kind: "ready";
      readonly way: HandoffWay;
      /** What the command is, in one word: its program's name. */
      readonly program: string;
      readonly bound: readonly { readonly at: Endpoint; readonly pid: number }[];
      readonly startMs: number;
    }
  | { readonly kind: "warning"; readonly code: WarningCode; readonly what: string; readonly hint: string }
  /** A daemon of its own session that the command had started on purpose: not ours to kill unasked. */
  | { readonly kind: "left-running"; readonly processes: readonly { readonly pid: number; readonly name: string }[] }
  | { readonly kind: "stopping"; readonly because: StopReason }
  | { readonly kind: "exit"; readonly exit: Exit; readonly ports: readonly number[] };

export type WarningCode =
  | "WRONG_PORT"
  | "WRONG_ADDRESS"
  | "BOUND_TWICE"
  | "BIND_REFUSED"
  | "NOT_BOUND"
  | "PORT_STOLEN"
  | "HANDOFF_FAULT"
  | "PARTLY_HELD"
  | "KILLED_LEFTOVERS"
  | "NOT_RECORDED"
  | "KILLED_AFTER_GRACE";

export type StopReason = "signal" | "terminal-gone" | "parent-gone" | "stdin-closed" | "time-is-up" | "port-stolen";
