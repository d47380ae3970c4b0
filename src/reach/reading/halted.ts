import type { ProcessHealth } from "../../core/network.ts";
import { valueOf } from "../../core/seen.ts";
import type { Facts, Listener } from "../facts.ts";
import { findMeantTries, findServingAt, type Try } from "./tries.ts";

/** A try that got to a socket of this machine and met no refusal, and who serves there. */
export interface Served {
  readonly each: Try;
  readonly listener: Listener;
}

/** The tries that came to a listener and got no data: what is wrong is behind the socket. */
export function findUnanswered(facts: Facts): readonly Served[] {
  if (hasAnswered(facts)) return [];
  return findMeantTries(facts).flatMap((each) => {
    const [listener] = findServingAt(facts, each.to);
    return listener && each.met !== "refused" ? [{ each, listener }] : [];
  });
}

/** Whether data came back, on a connection or in a conversation: then somebody is at work. */
export function hasAnswered({ attempts, datagrams, more: { conversation } }: Facts): boolean {
  if (attempts.some(({ outcome }) => outcome.kind === "connected" && outcome.greeting.kind === "said")) return true;
  if (datagrams.some(({ outcome }) => outcome.kind === "answered")) return true;
  const { http, tls, upgrade, mcp } = conversation ?? {};
  const talks = [http, upgrade, mcp?.initialize].filter((talk) => talk !== undefined);
  return talks.some(({ kind }) => kind !== "failed") || (tls !== undefined && tls.kind !== "failed");
}

/** The first listener whose owners, each of them, are all in this state. */
export function findHalted(facts: Facts, state: ProcessHealth["state"]): Served | undefined {
  return findUnanswered(facts).find(
    ({ listener: { owners } }) => owners.length > 0 && owners.every(({ health }) => valueOf(health)?.state === state),
  );
}

/** `127.0.0.1:8000 takes connections`, or that it does not any more. */
export function describeHalt({ each, listener }: Served, at: string): string {
  if (listener.row.at.protocol === "udp") return `what is sent to ${at} is not read`;
  return each.met === "silence" ? `${at} takes no more connections` : `${at} takes connections, and nobody answers`;
}
