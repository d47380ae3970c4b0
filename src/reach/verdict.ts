import type { Diagnosis } from "../core/diagnosis.ts";
import { type Address, isLoopback } from "../core/address.ts";
import type { Finding } from "../core/finding.ts";
import type { Facts } from "./facts.ts";
import { findWhetherLetIn } from "./reading/lets-in.ts";
import { symptomOf } from "./symptoms.ts";

/** What was seen decides; what only others could see leaves it open. */
export function decideVerdict(facts: Facts, findings: readonly Finding[]): Diagnosis["verdict"] {
  if (findings.some(({ severity }) => severity === "blocks")) return "unreachable";
  // Our own connections take another way than those of others: of them the rules tell, and who listens.
  if (facts.request.from.kind !== "here") return findWhetherLetIn(facts).kind === "yes" ? "reachable" : "unknown";
  if (facts.spared !== undefined || isGone(facts)) return "unknown";
  if (getsIn(facts)) return "reachable";
  return isTooShort(facts) ? "unknown" : "unreachable";
}

/** It took our first connection and no further one: whether it serves is not known. */
function isGone({ more: { conversation } }: Facts): boolean {
  const talk = conversation?.http ?? conversation?.upgrade ?? conversation?.mcp?.initialize;
  return talk?.kind === "failed" && talk.failure.kind === "not-connected";
}

/** Whether a client that tries every address of the target gets in. */
function getsIn(facts: Facts): boolean {
  if (facts.request.target.protocol === "udp") return takesDatagrams(facts);
  return facts.attempts.some((attempt) => symptomOf(attempt) === "connected" && isMeant(facts, attempt.to.address));
}

/** A bare port is asked for on the loopbacks; the machine's other addresses are tried to know more, not to decide. */
function isMeant({ request: { target } }: Facts, address: Address): boolean {
  return target.host.kind !== "this-machine" || isLoopback(address);
}

/** UDP tells no more than this: something answered, or the kernel of this machine has somebody to give it to. */
function takesDatagrams({ datagrams, listeners }: Facts): boolean {
  const refused = datagrams.every(({ outcome }) => outcome.kind === "refused" || outcome.kind === "failed");
  if (datagrams.length === 0 || refused) return false;
  return (
    datagrams.some(({ outcome }) => outcome.kind === "answered") || listeners.some(({ row }) => row.state === "open")
  );
}

/** A single SYN may have been lost, and a silent datagram says nothing. */
function isTooShort({ attempts, datagrams }: Facts): boolean {
  const once = attempts.some(({ outcome }) => outcome.kind === "timeout" && outcome.syns < 2);
  return once || datagrams.some(({ outcome }) => outcome.kind === "silent");
}
