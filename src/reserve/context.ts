import type { HoldRequest, Os } from "../core/os.ts";
import type { ReserveEvent, RestartCause, RestartOutcome } from "../core/reserve-event.ts";
import type { ProcessInfo } from "../core/socket.ts";

/** What a reservation works with, besides what was asked. */
export interface ReserveContext {
  readonly os: Os;
  readonly emit: (event: ReserveEvent) => void;
  /** When portguard itself was started, on the clock of `performance.now()`. */
  readonly startedAt: number;
  /** Told what may be asked of the reservation while it runs; told again, the newer one counts. */
  readonly offer?: (abilities: Abilities) => void;
  /** Stops whoever holds a port, as far as that was asked for; nothing where it was not. */
  readonly clear?: (request: HoldRequest) => Promise<Cleared>;
}

/** What a running reservation does when it is asked. */
export interface Abilities {
  /** Answers once the new generation is ready, or came to nothing. */
  readonly restart?: (because: RestartCause) => Promise<RestartOutcome>;
  /** Sends the held sockets to whoever waits at this path. Throws HANDOFF_REFUSED. */
  readonly lend?: (landing: string) => Promise<void>;
  /** This process has them now: there is nothing more to do here. */
  readonly letGo?: (pid: number) => void;
}

/** What became of clearing a port. */
export type Cleared =
  | { readonly kind: "cleared"; readonly stopped: readonly ProcessInfo[] }
  /** Nobody was there to be stopped. */
  | { readonly kind: "nobody" }
  /** `because` completes "port 8000 is held …: ". */
  | { readonly kind: "refused"; readonly because: string; readonly hint: string };
