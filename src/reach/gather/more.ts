import type { Address } from "../../core/address.ts";
import type { Candidate } from "../../core/diagnosis.ts";
import type { KernelFacts, Network } from "../../core/network.ts";
import type { Os } from "../../core/os.ts";
import { type Seen, seen, valueOf } from "../../core/seen.ts";
import { addressKey, type Facts, type MoreFacts, type MoreName } from "../facts.ts";
import { converseWith } from "./converse-with.ts";
import { readFirewall } from "./firewall.ts";
import { findServing } from "../reading/tries.ts";
import { findNeighbours } from "./listeners.ts";
import { watchQueues } from "./queues.ts";
import type { MoreContext } from "./more-context.ts";

type Gather = { readonly [Name in MoreName]-?: (facts: Omit<Facts, "more">, context: MoreContext) => Pending<Name> };
type Pending<Name extends MoreName> = MoreFacts[Name] | Promise<MoreFacts[Name]>;

/** How each group of facts is come by. */
const GATHER: Gather = {
  neighbours: (facts, { os }) => (isUnserved(facts) ? seen(findNeighbours(facts.request.target.port, os)) : undefined),
  unixSockets: (facts, { os, network }) => (isUnserved(facts) ? nameUnixSockets(os, network) : undefined),
  namespaces: (facts, { network }) => (isUnserved(facts) || isForwarded(facts) ? listNamespaces(network) : undefined),
  routes: (facts, { network }) =>
    new Map(destinationsOf(facts).map(({ address }) => [addressKey(address), network.route(address)])),
  neighbourStates: (facts, { network }) =>
    new Map(listHops(facts, network).map((address) => [addressKey(address), network.neighbour(address)])),
  kernel: (_, { before }) => before,
  moved: (_, { before, network }) => compareCounters(before, network.kernel()),
  queues: ({ request, listeners }, { os }) => watchQueues(listeners, request, os),
  resolvers: ({ request: { target, timeoutMs } }, { network }) =>
    target.host.kind === "name" ? network.askResolvers(target.host.name, timeoutMs) : undefined,
  conversation: converseWith,
  refusal: (facts, { os }) => {
    const { port, protocol } = facts.request.target;
    return isUnserved(facts) ? os.refusalOf(port, protocol) : undefined;
  },
  firewall: readFirewall,
};

/** Gathers these groups, all at once. */
export async function gatherMore(
  names: ReadonlySet<MoreName>,
  facts: Omit<Facts, "more">,
  context: MoreContext,
): Promise<MoreFacts> {
  const pairs = [...names].map(async (name) => [name, await GATHER[name](facts, context)] as const);
  const gathered = await Promise.all(pairs);
  return Object.fromEntries(gathered.filter(([, value]) => value !== undefined));
}

/** The candidates, and the one address that the request says would connect. */
function destinationsOf({ candidates, request: { from } }: Omit<Facts, "more">): readonly Candidate[] {
  return from.kind === "network" ? [...candidates, { address: from.address, as: "--from" }] : candidates;
}

/** Who is asked for a hardware address on the way to each: the destination itself, or the gateway to it. */
function listHops(facts: Omit<Facts, "more">, network: Network): readonly Address[] {
  return destinationsOf(facts).map(({ address }) => valueOf(network.route(address))?.gateway ?? address);
}

/** Nobody of this machine serves on the port: who else could be meant is looked for elsewhere on it, which takes its time. */
function isUnserved(facts: Omit<Facts, "more">): boolean {
  return facts.isLocal && findServing(facts).length === 0;
}

/** A forwarder has the port: what matters is at its other end. */
function isForwarded({ listeners }: Omit<Facts, "more">): boolean {
  return listeners.some(({ owners }) => owners.some(({ forwarder }) => forwarder !== undefined));
}

/** Whether a container is paused shows in its first process. */
function listNamespaces(network: Network): MoreFacts["namespaces"] {
  const found = network.otherNamespaces();
  if (found.kind === "unseen") return found;
  return seen(
    found.value.map((each) => (each.container ? { ...each, health: network.health(each.leader.pid) } : each)),
  );
}

function nameUnixSockets(os: Os, network: Network): MoreFacts["unixSockets"] {
  const sockets = network.unixSockets();
  if (sockets.kind === "unseen") return sockets;
  return seen(
    sockets.value.map((socket) => ({ ...socket, processes: socket.pids.flatMap((pid) => os.process(pid) ?? []) })),
  );
}

function compareCounters(before: Seen<KernelFacts>, after: Seen<KernelFacts>): Seen<ReadonlyMap<string, number>> {
  if (before.kind === "unseen") return before;
  if (after.kind === "unseen") return after;
  const moved = [...after.value.counters].map(([name, count]) => {
    return [name, count - (before.value.counters.get(name) ?? count)] as const;
  });
  return seen(new Map(moved.filter(([, by]) => by !== 0)));
}
