import type { Address } from "../core/address.ts";
import type { NftFamily } from "../core/step.ts";
import type { Backend, Hook } from "./model.ts";
import type { Errno, Reject } from "./reject.ts";

/** What becomes of a connection, by the rules alone, whichever firewall has them: what its client gets when somebody listens. */
export interface WayVerdict {
  /** `drop`: the client waits in vain. `unknown`: what can't be evaluated leaves it open. */
  readonly kind: "accept" | "drop" | "reject" | "unknown";
  /** One line with the real values. */
  readonly because: string;
  /** Where an accepted packet ends: behind redirection, not where it was sent to. Nothing where that is not certain. */
  readonly arrives?: Arrival;
  /**
   * The connection is made, and then nothing more gets through: `connect()` succeeds, but the client's next packet is
   * dropped or rejected. A client that asks late (SO_ERROR) may see that reject as the end of its `connect()`.
   */
  readonly afterwards?: Afterwards;
  /** What was taken for granted, one line each: that a rate limit is not exhausted. */
  readonly assumed: readonly string[];
}

export interface Arrival {
  readonly address: Address;
  readonly port: number;
  /** At another machine, or a container. */
  readonly forwarded: boolean;
}

/** The same, by the tables of the Linux kernel. */
export interface Verdict extends WayVerdict {
  readonly reject?: Reject;
  /** What `connect()` gets of a reject; nothing where a UDP client never hears of it. */
  readonly errno?: Errno;
  /** The rule that decided; nothing where no rule had a part in it. */
  readonly rule?: RuleRef;
  /** Every rule that was asked, in order. */
  readonly trace: readonly TraceLine[];
}

export interface Afterwards {
  readonly kind: "drop" | "reject" | "unknown";
  readonly errno?: Errno;
  readonly rule?: RuleRef;
  readonly because: string;
}

export interface RuleRef {
  readonly backend: Backend;
  readonly family: NftFamily;
  readonly table: string;
  readonly chain: string;
  /** Counted from 1; nothing: the chain's policy. */
  readonly position?: number;
  readonly handle?: number;
  readonly text: string;
}

export interface TraceLine {
  /**
   * Which packet: the client's first one, the server's answer, what a reject sends back, the client's second try, or the
   * first of those that follow.
   */
  readonly packet: "request" | "reply" | "reject" | "retry" | "next";
  readonly hook: Hook;
  readonly rule: RuleRef;
  readonly matched: "yes" | "no" | "maybe";
  /** Of a rule that did not match, or may: the part that decided so. */
  readonly why?: string;
}
