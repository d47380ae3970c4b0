import type { ConnectFailure, ConnectOutcome, DatagramOutcome } from "../../core/network.ts";
import type { Finding } from "../../core/finding.ts";
import type { Facts } from "../facts.ts";
import { findMeantTries, type Try } from "./tries.ts";

/** A meant try that ended with an error of connect() or send(). */
export interface Failed {
  readonly each: Try;
  readonly failure: ConnectFailure;
  /** `EHOSTUNREACH (113)`. */
  readonly shown: string;
}

/** The meant tries that failed in one of these ways, in the order in which a client would meet them. */
export function findFailed(facts: Facts, ...failures: readonly ConnectFailure[]): readonly Failed[] {
  return findMeantTries(facts).flatMap((each) => {
    const failed = failureIn(outcomeOf(facts, each));
    return failed && failures.includes(failed.failure) ? [{ each, ...failed }] : [];
  });
}

/** A meant try by TCP that nothing came back for, and how often it was asked; once is too little to call it a drop. */
export interface Dropped {
  readonly each: Try;
  /** Nothing where the system itself counted, and gave up. */
  readonly syns?: number;
  readonly afterMs: number;
}

/** The meant tries to which nothing was answered, though they were repeated. UDP's silence says nothing. */
export function findDropped(facts: Facts): readonly Dropped[] {
  return findSilent(facts).filter(({ syns }) => syns === undefined || syns >= 2);
}

/** The same, and those that were asked once only. */
export function findSilent(facts: Facts): readonly Dropped[] {
  return findMeantTries(facts).flatMap((each): readonly Dropped[] => {
    const outcome = outcomeOf(facts, each);
    if (outcome?.kind === "timeout") return [{ each, syns: outcome.syns, afterMs: outcome.afterMs }];
    const gaveUp = outcome?.kind === "failed" && outcome.failure === "timed-out" && "afterMs" in outcome;
    return gaveUp ? [{ each, afterMs: outcome.afterMs }] : [];
  });
}

/** `3 SYNs within 2000 ms, and nothing came back`. */
export function describeSilence({ syns, afterMs }: Dropped): string {
  const within = `within ${Math.round(afterMs)} ms`;
  return syns === undefined ? `nothing came back ${within}` : `${syns} SYNs ${within}, and nothing came back`;
}

/** Whether some address of the target takes connections. */
export function isReached(facts: Facts): boolean {
  return findMeantTries(facts).some(({ met }) => met === "answer");
}

/** What keeps a client from one address only hurts those that try no other. */
export function severityFor(facts: Facts): Finding["severity"] {
  return isReached(facts) ? "warning" : "blocks";
}

type Outcome = ConnectOutcome | DatagramOutcome;

function outcomeOf({ attempts, datagrams }: Facts, { to }: Try): Outcome | undefined {
  return [...attempts, ...datagrams].find((tried) => tried.to === to)?.outcome;
}

function failureIn(outcome: Outcome | undefined): Pick<Failed, "failure" | "shown"> | undefined {
  switch (outcome?.kind) {
    case "failed":
      return { failure: outcome.failure, shown: outcome.shown };
    case "refused":
      return { failure: "refused", shown: outcome.shown };
    case "connected":
    case "timeout":
    case "answered":
    case "silent":
    case undefined:
      return undefined;
  }
}
