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
  /** The very sockets of another reservation are ours now. */
  | { readonly kind: "adopted"; readonly name: string; readonly ports: readonly number[] }
  /** Another portguard has taken ours over. */
  | { readonly kind: "handed-on"; readonly pid: number }
  /** Whoever held the port was stopped, as `--if-held` asks. */
  | { readonly kind: "cleared"; readonly port: number; readonly stopped: readonly ProcessInfo[] }
  /** Nothing is started: what holds the port is of this very folder, and answers. */
  | { readonly kind: "reused"; readonly port: number; readonly url: string; readonly process: ProcessInfo }
  /** The port is held by somebody else and we wait for it. */
  | { readonly kind: "waiting"; readonly port: number; readonly holders: readonly Holder[]; readonly forMs: number }
  /** Why a better way than the one that is taken could not be had; told before the start. */
  | { readonly kind: "way-refused"; readonly way: HandoffWay; readonly because: string; readonly instead: HandoffWay }
  | {
      readonly kind: "started";
      /** 1 for the first; each restart counts up. */
      readonly generation: number;
      readonly pid: number;
      readonly command: readonly string[];
      readonly way: HandoffWay;
    }
  | {
      readonly kind: "ready";
      readonly generation: number;
      /** The command itself, whoever of its tree serves. */
      readonly pid: number;
      readonly way: HandoffWay;
      /** What the command is, in one word: its program's name. */
      readonly program: string;
      readonly bound: readonly { readonly at: Endpoint; readonly pid: number }[];
      readonly startMs: number;
    }
  /** A file that `--watch` names has changed, come or gone (and perhaps more of them); its path from where portguard runs. */
  | { readonly kind: "file-changed"; readonly path: string }
  /** A new generation is about to be started, beside the old one or in its place. */
  | {
      readonly kind: "restarting";
      readonly generation: number;
      readonly because: RestartCause;
      readonly mode: RestartMode;
      /** Clients may be refused meanwhile: the port was let go of. */
      readonly mayRefuse: boolean;
    }
  /** A new generation can't run beside the old one: from now on restarts stop the old one first. */
  | { readonly kind: "not-beside"; readonly generation: number; readonly because: string }
  /** The new generation came to nothing; `serving` is the one that goes on, if there is one. */
  | {
      readonly kind: "restart-failed";
      readonly generation: number;
      readonly serving?: number;
      readonly what: string;
      readonly hint: string;
    }
  /** A generation ended by itself; after the pause the next one is started. */
  | { readonly kind: "crashed"; readonly generation: number; readonly exit: Exit; readonly pauseMs: number }
  /** So many starts in a row ended before they were ready: there is no further one. */
  | {
      readonly kind: "gave-up";
      readonly generation: number;
      readonly exit: Exit;
      readonly starts: number;
      /** The end of its stderr, where that passed through us. */
      readonly lastLines?: readonly string[];
      readonly hint: string;
    }
  /** So many clients had waited for `--queue-timeout` while no generation served, and were closed. */
  | { readonly kind: "queue-expired"; readonly at: Endpoint; readonly closed: number }
  /** The command shut a listening socket down that a new generation serves on; it listens again. */
  | { readonly kind: "listener-repaired"; readonly at: Endpoint }
  /** An old generation has ended, after the one that took its place was ready or (stop-first) before it was started. */
  | { readonly kind: "retired"; readonly generation: number; readonly exit: Exit }
  | { readonly kind: "warning"; readonly code: WarningCode; readonly what: string; readonly hint: string }
  /** A daemon of its own session that the command had started on purpose: not ours to kill unasked. */
  | { readonly kind: "left-running"; readonly processes: readonly { readonly pid: number; readonly name: string }[] }
  | { readonly kind: "stopping"; readonly because: StopReason }
  | { readonly kind: "exit"; readonly exit: Exit; readonly ports: readonly number[] };

/** What a restart was caused by: SIGHUP, `portguard restart`, or a file that `--watch` names. */
export type RestartCause = "signal" | "asked" | "file-changed";

/** `rolling`: the old generation serves until the new one is ready. `stop-first`: it is stopped before. */
export type RestartMode = "rolling" | "stop-first";

/** What became of a restart that was asked for; `what` says why it came to nothing. */
export type RestartOutcome =
  | { readonly kind: "restarted"; readonly generation: number }
  | { readonly kind: "failed"; readonly what: string };

export type WarningCode =
  | "WRONG_PORT"
  | "WRONG_ADDRESS"
  | "BOUND_TWICE"
  | "BIND_REFUSED"
  | "NOT_BOUND"
  | "NOT_READY"
  | "PORT_STOLEN"
  | "HANDOFF_FAULT"
  | "PARTLY_HELD"
  | "WENT_TO_BACKGROUND"
  | "KILLED_LEFTOVERS"
  | "NOT_RECORDED"
  | "EVENTS_LOST"
  | "NOT_WATCHED"
  | "KILLED_AFTER_GRACE";

export type StopReason = "signal" | "terminal-gone" | "parent-gone" | "stdin-closed" | "time-is-up" | "port-stolen";
