import { type Address, isAny, isLoopback, LOOPBACK4, LOOPBACK6 } from "../../core/address.ts";
import { cidrOf } from "../../core/cidr.ts";
import type { Candidate } from "../../core/diagnosis.ts";
import type { Network, NetworkInterface } from "../../core/network.ts";
import type { RuleRequest, RuleSource } from "../../core/rule-request.ts";
import { valueOf } from "../../core/seen.ts";
import type { Vantage } from "../../core/target.ts";
import { packetsFor } from "../../firewall/asked-packets.ts";
import type { Host, Packet } from "../../firewall/packet.ts";
import type { Facts } from "../facts.ts";
import { leads } from "../reading/ways.ts";
import { wantsOutside } from "../reading/wants.ts";

/** One connection to ask the rules about. */
export interface AskedWay {
  readonly candidate: Candidate;
  readonly packet: Packet;
}

type Asked = Omit<Facts, "more">;

const MOST_WAYS = 16;

/** Whether the client is this machine itself. */
export function isFromHere(from: Vantage): boolean {
  return from.kind === "here" || (from.kind === "network" && isLoopback(from.address));
}

/** The connections that are meant, one for each address and for each interface that such a client would come by. */
export function listWays(asked: Asked, network: Network, host: Host): readonly AskedWay[] {
  const { from } = asked.request;
  const meant = meantCandidates(asked);
  const ways = isFromHere(from)
    ? meant.flatMap((candidate) => wayFromHere(asked, candidate, { network, host }))
    : waysFrom(asked, from, { network, host, meant: meant.filter(({ address }) => !isLoopback(address)) });
  return ways.slice(0, MOST_WAYS);
}

/** What clients of this LAN would meet at this machine's own addresses. */
export function listOutsideWays(asked: Asked, host: Host): readonly AskedWay[] {
  const packets = packetsFor(ruleRequestOf(asked, { kind: "lan" }), asked.interfaces, host);
  const all = packets.map((packet) => ({
    candidate: { address: packet.destination, as: packet.destination.text },
    packet,
  }));
  return all.slice(0, MOST_WAYS);
}

/** Of a bare port the loopbacks, or, where others would connect, the machine's other addresses; else all. */
function meantCandidates(asked: Asked): readonly Candidate[] {
  const { candidates, request } = asked;
  if (request.target.host.kind !== "this-machine") return candidates;
  const outside = wantsOutside({ ...asked, more: {} });
  return candidates.filter(({ address }) => isLoopback(address) !== outside);
}

interface Context {
  readonly network: Network;
  readonly host: Host;
}

function wayFromHere(
  { request, isLocal }: Asked,
  candidate: Candidate,
  { network, host }: Context,
): readonly AskedWay[] {
  const { protocol, port } = request.target;
  const { address } = candidate;
  if (isLocal) {
    const destination = !isAny(address) ? address : address.family === 4 ? LOOPBACK4 : LOOPBACK6;
    const packet: Packet = { protocol, port, source: destination, destination, way: { kind: "self" }, host };
    return [{ candidate, packet }];
  }
  const route = valueOf(network.route(address));
  // Without a route that leads there, no packet comes to any rule.
  if (!route?.source || !leads(route)) return [];
  const by = route.interface === undefined ? {} : { interface: route.interface };
  const packet: Packet = {
    protocol,
    port,
    source: route.source,
    destination: address,
    way: { kind: "out", ...by },
    host,
  };
  return [{ candidate, packet }];
}

function waysFrom(
  asked: Asked,
  from: Vantage,
  { network, host, meant }: Context & { readonly meant: readonly Candidate[] },
): readonly AskedWay[] {
  const { interfaces, request } = asked;
  const packets = requestsFrom(asked, from).flatMap((each) => packetsFor(each, interfaces, host));
  const back = from.kind === "network" ? valueOf(network.route(from.address))?.interface : undefined;
  const near = packets.flatMap((packet) =>
    meant.filter(({ address }) => isSame(address, packet.destination)).map((candidate) => ({ candidate, packet })),
  );
  const isBare = request.target.host.kind === "this-machine";
  const ways = near.length > 0 || isBare ? near : meant.flatMap((candidate) => waysRound(candidate, packets));
  return ways.map(({ candidate, packet }) => ({ candidate, packet: comingBy(packet, back) }));
}

/** The target is an address of ours in another network: such a client still comes in by its own. */
function waysRound(candidate: Candidate, packets: readonly Packet[]): readonly AskedWay[] {
  const clients = packets.filter(({ source, way }) => source.family === candidate.address.family && way.kind === "in");
  const first = [...Map.groupBy(clients, ({ source }) => source.text).values()].flatMap(([each]) => each ?? []);
  return first.map((packet) => ({ candidate, packet: { ...packet, destination: candidate.address } }));
}

/** Where answers to it leave by another interface, it is not known by which it comes in. */
function comingBy(packet: Packet, back: string | undefined): Packet {
  if (packet.way.kind !== "in" || back === undefined || back === packet.way.interface) return packet;
  return { ...packet, way: { kind: "in" } };
}

/** The clients, in the words of a rule that would let them in. */
function requestsFrom(asked: Asked, from: Vantage): readonly RuleRequest[] {
  switch (from.kind) {
    case "here":
      return [];
    case "lan":
      return [ruleRequestOf(asked, { kind: "lan" })];
    case "internet":
      return [ruleRequestOf(asked, { kind: "anywhere" })];
    case "network":
      return [ruleRequestOf(asked, { kind: "network", ...cidrOf(from.address, from.prefix) })];
    case "container":
      return containerNetworks(asked.interfaces).map(({ name, address, prefix }) => {
        const source: RuleSource = { kind: "network", ...cidrOf(address, prefix) };
        return { ...ruleRequestOf(asked, source), interface: name };
      });
  }
}

function ruleRequestOf({ request: { target } }: Asked, from: RuleSource): RuleRequest {
  const ports = { first: target.port, last: target.port };
  return { id: "reach", action: "open", protocol: target.protocol, ports, from };
}

/** Bridges of docker, podman and their like, each with this machine's address on it. */
const CONTAINER_BRIDGE = /^(?:docker\d|br-|podman\d|cni|lxcbr\d|lxdbr\d|incusbr\d)/;

export function containerNetworks(interfaces: readonly NetworkInterface[]) {
  return interfaces
    .filter(({ name }) => CONTAINER_BRIDGE.test(name))
    .flatMap(({ name, addresses }) =>
      addresses
        .filter(({ address }) => address.scopeId === 0)
        .map(({ address, prefix }) => ({ name, address, prefix })),
    );
}

function isSame(a: Address, b: Address): boolean {
  return a.family === b.family && a.text === b.text;
}
