import type { Attempt } from "../core/diagnosis.ts";
import type { ConnectFailure } from "../core/network.ts";
import type { Facts, Symptom } from "./facts.ts";

/** Everything that the attempts showed. */
export function symptomsOf({
  name,
  candidates,
  attempts,
  datagrams,
  spared,
}: Omit<Facts, "more">): ReadonlySet<Symptom> {
  const found = new Set<Symptom>(attempts.map(symptomOf));
  if (spared !== undefined) found.add("spared");
  if (name?.kind === "failed") found.add("no-name");
  else if (candidates.length === 0) found.add("no-address");
  for (const { outcome } of datagrams) {
    if (outcome.kind === "failed") found.add(ofFailure(outcome.failure));
    else if (outcome.kind === "silent") found.add("timeout");
    else found.add(outcome.kind === "answered" ? "connected" : "refused");
  }
  return found;
}

/** What one attempt showed; a connection that was taken and reset at once is a `reset`. */
export function symptomOf({ outcome }: Attempt): Symptom {
  switch (outcome.kind) {
    case "connected":
      return outcome.greeting.kind === "reset" ? "reset" : "connected";
    case "failed":
      return ofFailure(outcome.failure);
    case "timeout":
      return "timeout";
  }
}

function ofFailure(failure: ConnectFailure): Symptom {
  switch (failure) {
    case "refused":
    case "reset":
    case "prohibited":
    case "invalid":
    case "no-local-port":
      return failure;
    case "timed-out":
      return "timeout";
    case "host-unreachable":
    case "network-unreachable":
      return "unreachable";
    case "protocol-unreachable":
    case "no-family":
    case "other":
      return "other-failure";
  }
}
