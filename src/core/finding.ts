/** The stations of a connection, in the order in which it passes them. */
export const STAGES = ["client", "name", "route", "firewall", "socket", "process", "protocol"] as const;
export type StageName = (typeof STAGES)[number];

/** One cause that was found, with all that a reader needs to believe it and to mend it. */
export interface Finding {
  /** Stable, for scripts and `--explain`: LOOPBACK_ONLY. */
  readonly code: string;
  readonly stage: StageName;
  /** `blocks`: the target can't be reached for this reason. `warning`: some clients will fail, this one did not. */
  readonly severity: "blocks" | "warning";
  /** One line with the real values, lower case, no full stop. */
  readonly title: string;
  readonly evidence: readonly Evidence[];
  /** The best first. */
  readonly remedies: readonly Remedy[];
}

export interface Evidence {
  /** One line: what was seen. */
  readonly what: string;
  /** Where it was seen: `socket table`, `connect`, `/proc/4711/status`, `/etc/hosts`. */
  readonly source: string;
}

export interface Remedy {
  /** One line in the imperative: `let uvicorn listen on every address`. */
  readonly what: string;
  /** As they would be typed on this machine, each an argv; none where it is nothing that a command does. */
  readonly commands: readonly (readonly string[])[];
  readonly risk: Risk;
  /** How it is taken back; nothing where there is nothing to take back. */
  readonly undo?: string;
}

/**
 * `none`: changes nothing that others see. `restart`: the server is started again. `exposes`: other machines get in.
 * `weakens`: a protection is lessened.
 */
export type Risk = "none" | "restart" | "exposes" | "weakens";
