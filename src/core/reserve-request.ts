import type { Address } from "./address.ts";
import type { HandoffWay, RestartMode } from "./reserve-event.ts";
import type { PortRequest } from "./port-request.ts";

/** Whether a command that ended by itself is started again: never, when it failed, always. */
export type RestartPolicy = "no" | "on-failure" | "always";

/** A running reservation whose sockets are taken over. */
export interface Adoption {
  readonly name: string;
  /** Where it takes requests. */
  readonly control: string;
  /** Where its sockets may be sent to: a path of ours that nobody else uses. */
  readonly landing: string;
}
/** What shows that a generation serves. */
export type ReadyCheck =
  /** It waits for connections on its ports. */
  | { readonly kind: "listen" }
  /** One of its own processes answers `GET path`: with `status`, or else with anything below 500. */
  | { readonly kind: "http"; readonly path: string; readonly status?: number }
  /** A line of its output matches. */
  | { readonly kind: "log"; readonly pattern: RegExp }
  /** That it was started. */
  | { readonly kind: "none" };

/** Everything `reserve` was asked, parsed: nothing below the command line reads text again. */
export interface ReserveRequest {
  readonly ports: readonly PortRequest[];
  /** What others know the reservation by; nothing: its folder and port. */
  readonly name?: string;
  /** Whose ports to take over; `ports` are the same then. */
  readonly adopt?: Adoption;
  /** What stands behind `--`, untouched; empty: only hold. */
  readonly command: readonly string[];
  readonly handoff: HandoffWay | "auto";
  /** The addresses that the command gets, whatever it asks for, at most one a family; empty: those that it asks for. */
  readonly bind: readonly Address[];
  /** How many further ports `--auto` may try when one is held; 0: none. */
  readonly auto: number;
  /** How long to wait for a held port to come free, in milliseconds; 0: fail at once. */
  readonly waitMs: number;
  /** What is done at once about whoever holds a port, before any waiting; nothing: he is left alone. */
  readonly ifHeld?: IfHeld;
  /** The variable that tells the command its port; nothing with `--no-env`. */
  readonly envName?: string;
  readonly readyTimeoutMs: number;
  readonly ready: ReadyCheck;
  readonly restart: RestartPolicy;
  /** How a new generation takes the place of an old one; `auto`: rolling where that can be. */
  readonly restartMode: RestartMode | "auto";
  /** Files that cause a restart when they change, from where portguard runs. */
  readonly watch: readonly string[];
  /** How long a client may wait while no generation serves, in milliseconds. */
  readonly queueTimeoutMs: number;
  /** How many clients may wait to be accepted; nothing: as the command says. */
  readonly backlog?: number;
  /** Between the first SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** Without a command: how long to hold; nothing: until stopped. */
  readonly forMs?: number;
  readonly outliveParent: boolean;
  readonly killAll: boolean;
  readonly nofile?: number;
}

/**
 * `stop-orphan`: an orphan for certain is stopped. `stop`: anybody who may be, having asked unless `yes`. `reuse`: nothing is
 * started where it is a server of this very work tree (or, without one, folder), and answers.
 */
export type IfHeld =
  | { readonly kind: "stop-orphan" }
  | { readonly kind: "stop"; readonly yes: boolean }
  | { readonly kind: "reuse" };
