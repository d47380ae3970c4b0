import type { Endpoint } from "./endpoint.ts";
import type { Remedy } from "./finding.ts";
import type { PortHolder } from "./holder.ts";
import type { Refusal } from "./os.ts";
import type { ProcessIdentity } from "./process-mark.ts";
import type { Holder } from "./reserve-event.ts";
import type { ProcessInfo, SocketRow } from "./socket.ts";

/** What would be done about those who have a port: whom to stop, and whom not. */
export interface StopPlan {
  readonly targets: readonly StopTarget[];
  readonly left: readonly LeftAlone[];
}

/** A holder that can be stopped. */
export interface StopTarget {
  readonly holder: PortHolder;
  /** One after the other, each when the one before has ended: whoever would start the next one anew comes first. */
  readonly levels: readonly Doomed[];
  /** A shell above it whose loop may start it again: it is named, not fought. */
  readonly loop?: ProcessInfo;
  /** `ask`: whoever wants it stopped has to say so; `because` completes "it is …". */
  readonly consent: { readonly kind: "given" } | { readonly kind: "ask"; readonly because: string };
}

/** A process that would be stopped. */
export interface Doomed extends ProcessIdentity {
  readonly process: ProcessInfo;
  readonly role: StopRole;
  /** By these it is known again right before it is signalled; none where its command line has to do. */
  readonly sockets: readonly SocketRow[];
}

/**
 * `watcher`: it would start the holder again. `reservation`: the portguard whose command the holder is. `worker`: a process
 * below the holder with the same sockets.
 */
export type StopRole = "holder" | "worker" | "watcher" | "reservation";

/** A holder that is not stopped. */
export interface LeftAlone {
  readonly holder: PortHolder;
  /** One line, lower case: `systemd keeps it running: nginx.service`. */
  readonly because: string;
  /** How it is stopped rightly, where it can be: never the very thing that was refused. */
  readonly instead?: Remedy;
  /** `unknown`: it may be anybody, and whether it would be right can't be told. */
  readonly kind: "refused" | "unknown";
}

/** What became of one process. */
export interface Stopped {
  readonly target: StopTarget;
  readonly doomed: Doomed;
  readonly outcome: StopOutcome;
  readonly tookMs: number;
}

/**
 * `ended`: on SIGTERM. `killed`: by SIGKILL after its grace. `gone`: it had ended by itself before. `let-go`: it is no longer
 * what was judged (it has closed the port, or become another program), so it was left alone. `denied`: the system lets us
 * not. `stuck`: it does not even end by SIGKILL.
 */
export type StopOutcome = "ended" | "killed" | "gone" | "let-go" | "denied" | "stuck";

/** Whether a port is free, as it was tried. */
export type Proof =
  /** It was bound on every address asked for, and let go again. */
  | { readonly kind: "bound" }
  /** Nobody has it, and the system lets us not bind it ourselves. */
  | { readonly kind: "unused"; readonly refusal: Refusal }
  | { readonly kind: "held" }
  /** Only connections that are closing have it, and they share it with nobody: a minute at most. */
  | { readonly kind: "closing" }
  /** Nobody has it, and nobody can: the system keeps it. */
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "not-local"; readonly at: Endpoint };

/** How freeing a port ended. */
export interface Freed {
  readonly proof: Proof;
  readonly stopped: readonly Stopped[];
  /** Who was not to be stopped. */
  readonly left: readonly LeftAlone[];
  /** Who has got it since. */
  readonly newcomers: readonly Newcomer[];
  /** Clients whose own end of a connection is this port: they are never stopped, and keep others from it. */
  readonly clients: readonly Holder[];
}

export interface Newcomer {
  readonly holder: PortHolder;
  /** Somebody above it who was above one that was stopped, too: it was started again. */
  readonly revivedBy?: ProcessInfo;
}
