import type { Address } from "./address.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Finding, StageName } from "./finding.ts";
import type { FirewallAnswer } from "./firewall-answer.ts";
import type { ConnectOutcome, DatagramOutcome } from "./network.ts";
import type { Target, Vantage } from "./target.ts";

/** The answer of `reach`. */
export interface Diagnosis {
  readonly target: Target;
  readonly from: Vantage;
  /** `unknown`: what could not be checked leaves it open. */
  readonly verdict: "reachable" | "unreachable" | "unknown";
  /** The root cause first; warnings last. */
  readonly findings: readonly Finding[];
  /** Every real connect or, for UDP, datagram, in the order in which a client would try them. */
  readonly attempts: readonly (Attempt | DatagramAttempt)[];
  /** One for each stage, in order. */
  readonly path: readonly Stage[];
  /** What this machine's rules do with the connections that were asked about; the one that decides first. Empty where none was. */
  readonly firewall: readonly FirewallAnswer[];
  /** What would have helped and could not be checked. */
  readonly notMade: readonly NotMade[];
  /** What a reader must know to read the verdict rightly: that a self-test passes the firewall by. One line each. */
  readonly notes: readonly string[];
  readonly tookMs: number;
}

/** One real connect and why it was made. */
export interface Attempt {
  readonly to: Endpoint;
  /** What a client would have written to get there: `localhost`, `db.lan`, `eth0`, `127.0.0.1`. */
  readonly as: string;
  readonly outcome: ConnectOutcome;
}

/** One datagram that was sent. */
export interface DatagramAttempt {
  readonly to: Endpoint;
  readonly as: string;
  readonly outcome: DatagramOutcome;
}

/** One station of the path as the picture shows it. */
export interface Stage {
  readonly name: StageName;
  /** `-`: the connection never came that far, or it has no such station. */
  readonly mark: "ok" | "broken" | "unknown" | "none";
  /** A few words with real values: `127.0.0.1:8000`, `uvicorn (4711)`. */
  readonly text: string;
}

export interface NotMade {
  /** The check, as a noun: `the firewall's rules`. */
  readonly what: string;
  readonly because: string;
  readonly hint?: string;
}

/** An address that a client would try, and where it came from. */
export interface Candidate {
  readonly address: Address;
  readonly as: string;
}
