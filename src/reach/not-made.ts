import type { Diagnosis, NotMade } from "../core/diagnosis.ts";
import type { Seen } from "../core/seen.ts";
import type { Facts, MoreFacts } from "./facts.ts";
import { findWhetherLetIn } from "./reading/lets-in.ts";
import { listWays } from "./reading/stopped.ts";

/** What each group is, as a reader would call it. */
const NAMES: { readonly [Name in keyof MoreFacts]-?: string } = {
  neighbours: "the listeners on other ports",
  unixSockets: "unix sockets",
  namespaces: "listeners in containers",
  routes: "the route",
  neighbourStates: "the neighbour table",
  kernel: "the kernel's network settings",
  moved: "the kernel's network counters",
  queues: "the accept queues",
  resolvers: "each resolver by itself",
  conversation: "what the other side speaks",
  refusal: "ports that the system keeps",
  firewall: "the firewall's rules",
};

/** The checks that would have helped and could not be made; none where the target was reached. */
export function listNotMade(facts: Facts, verdict: Diagnosis["verdict"]): readonly NotMade[] {
  if (verdict === "reachable") return [];
  return [...sparedCheck(facts), ...hiddenOwners(facts), ...unseenGroups(facts.more), ...unclearRules(facts)];
}

/** The rules were read, and don't settle it. */
function unclearRules(facts: Facts): readonly NotMade[] {
  if (facts.request.from.kind !== "here") {
    const letsIn = findWhetherLetIn(facts);
    return letsIn.kind === "unknown" && letsIn.open ? [letsIn.open] : [];
  }
  const unclear = listWays(facts).find(({ verdict }) => verdict.kind === "unknown");
  if (!unclear) return [];
  return [{ what: `what the firewall does with ${unclear.candidate.address.text}`, because: unclear.verdict.because }];
}

function sparedCheck({ spared, request: { target } }: Facts): readonly NotMade[] {
  if (spared === undefined) return [];
  return [
    { what: "a connection", because: spared, hint: `\`portguard reach ${target.text} --probe tcp\` connects anyway` },
  ];
}

function hiddenOwners({ listeners }: Facts): readonly NotMade[] {
  if (listeners.every(({ owners }) => owners.length > 0)) return [];
  const because = "it belongs to another user, a container or the system";
  return [{ what: "whose socket it is", because, hint: "run it with more rights (`sudo`)" }];
}

function unseenGroups(more: MoreFacts): readonly NotMade[] {
  return (Object.keys(NAMES) as (keyof MoreFacts)[]).flatMap((name) => {
    const first = factsOf(more[name]).find(({ kind }) => kind === "unseen");
    if (first?.kind !== "unseen") return [];
    const { because, hint } = first;
    return [{ what: NAMES[name], because, ...(hint !== undefined && { hint }) }];
  });
}

/** The facts of a group: itself, or one for each address. */
function factsOf(group: MoreFacts[keyof MoreFacts]): readonly Seen<unknown>[] {
  if (group instanceof Map) return [...(group.values() as Iterable<Seen<unknown>>)];
  return group !== undefined && "kind" in group ? [group] : [];
}
