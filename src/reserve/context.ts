import type { Os } from "../core/os.ts";
import type { ReserveEvent, RestartCause, RestartOutcome } from "../core/reserve-event.ts";

/** What a reservation works with, besides what was asked. */
export interface ReserveContext {
  readonly os: Os;
  readonly emit: (event: ReserveEvent) => void;
  /** When portguard itself was started, on the clock of `performance.now()`. */
  readonly startedAt: number;
  /** Told what may be asked of the reservation while it runs; told again, the newer one counts. */
  readonly offer?: (abilities: Abilities) => void;
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
