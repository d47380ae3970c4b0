import { numberOf } from "../addresses.ts";
import { type Reject, icmpOf } from "../reject.ts";
import { ANY, type Value, combineBits } from "../value.ts";
import { interfaceTo, isOwn } from "./locality.ts";
import { invert } from "./nat.ts";
import type { Arrived } from "./path.ts";
import { ACK, ICMP, ICMPV6, RST, SYN, type State, TCP, type Track, type Tuple, UDP, tupleOf } from "./state.ts";
import type { World } from "./world.ts";

/** The first packet of a client. `clientPort`: which it may come from, where that was not told. */
export function firstPacket(world: World, clientPort: Value): State {
  const { protocol, source, sourcePort, destination, port, way } = world.packet;
  const tuple: Tuple = {
    saddr: numberOf(source),
    daddr: numberOf(destination),
    sport: sourcePort ?? clientPort,
    dport: port,
  };
  const family = destination.family;
  const isTcp = protocol === "tcp";
  const base = {
    ...tuple,
    family,
    protocol: isTcp ? TCP : UDP,
    flags: isTcp ? SYN : 0,
    mark: 0,
    service: 0,
    touched: [],
    doubts: [],
  };
  const track = newTrack("original", "new", tuple);
  switch (way.kind) {
    case "in":
      return { ...base, iif: way.interface ?? ANY, oif: "", track };
    case "self":
      return { ...base, iif: "", oif: "lo", track };
    case "out": {
      const oif = way.interface ?? interfaceTo(world.locality, tuple.daddr, family);
      return { ...base, iif: "", oif, track };
    }
  }
}

function newTrack(direction: Track["direction"], next: Track["next"], tuple: Tuple): Track {
  return {
    state: "none",
    next,
    direction,
    mark: 0,
    original: tuple,
    translated: tuple,
    dstSettled: false,
    srcSettled: false,
    seenReply: false,
  };
}

/** What the server answers to a packet that arrived. Of a connection that is not tracked, the answer is another one. */
export function answerTo(world: World, { state, how }: Arrived): State {
  const tuple = invert(tupleOf(state));
  const { track } = state;
  const isTracked = track.state === "new" || track.state === "established";
  const follows: Track = isTracked
    ? { ...track, direction: "reply", state: "none", next: "established" }
    : newTrack("original", state.protocol === TCP ? "invalid" : "new", tuple);
  const flags = state.protocol === TCP ? SYN | ACK : 0;
  const base: State = { ...state, ...tuple, mark: 0, service: 0, track: follows, flags };
  if (how === "here") return { ...base, iif: "", oif: outTo(world, state) };
  return { ...base, iif: state.oif, oif: "" };
}

/** Replies go the way that the request came, as far as it is known. */
function outTo(world: World, { iif, saddr, family }: State): Value {
  if (iif === "lo") return "lo";
  const known = interfaceTo(world.locality, saddr, family);
  if (typeof known === "string") return known;
  if (typeof iif === "string") world.assumed.add("the way back to the client is by the interface that it came from");
  return iif;
}

/** What a rejected client is sent: a reset, or an ICMP message, which belongs to the connection as `related`. */
export function rejection(world: World, state: State, reject: Reject): State {
  const { track, family } = state;
  const isTracked = track.state === "new" || track.state === "established";
  const icmp = icmpOf(reject, family);
  const tuple = invert(tupleOf(state));
  const follows: Track = isTracked
    ? { ...track, direction: "reply", state: "related" }
    : newTrack("original", "invalid", tuple);
  const isOurs = state.iif === "" || state.iif === "lo";
  const way = { iif: "", oif: isOurs ? "lo" : outTo(world, state) };
  const base: State = { ...state, ...tuple, ...way, mark: 0, service: 0, track: follows, flags: 0 };
  if (reject === "tcp-reset" || !icmp) return { ...base, flags: RST | ACK };
  // Of what was on its way to another machine, the sender is whichever address of ours leads to the client.
  const saddr = isOwn(world.locality, base.saddr, family) === "yes" ? base.saddr : ANY;
  const protocol = family === 4 ? ICMP : ICMPV6;
  return { ...base, saddr, protocol, sport: undefined, dport: undefined, icmp, service: serviceOfError(state) };
}

/** Routers' messages are marked as such in IPv4 (RFC 1812, 4.3.2.5), and keep four bits of what they are about. */
function serviceOfError({ family, service }: State): Value {
  return family === 4 ? combineBits("|", combineBits("&", service, 0x1e), 0xc0) : 0;
}

/** The client's second try, for which the connection is known already: to its rules it is no longer new. */
export function secondTry(first: State, known: Track, touched: State["touched"]): State {
  const next = known.seenReply ? "established" : "new";
  return {
    ...first,
    touched,
    track: { ...known, state: "none", direction: "original", next, dstSettled: true, srcSettled: true },
  };
}

/**
 * What the client sends once the server has answered. Of a connection that is not tracked, it is picked up as a new one;
 * where only the answer was not tracked, it comes too early.
 */
export function nextPacket(first: State, request: Track, { track: answer, touched }: State): State {
  const isTracked = request.state === "new" || request.state === "established";
  const isAnswered = answer.direction === "reply" && answer.state === "established";
  const known = { state: "none", direction: "original", dstSettled: true, srcSettled: true } as const;
  const follows: Track = !isTracked
    ? newTrack("original", "new", tupleOf(first))
    : isAnswered || first.protocol !== TCP
      ? { ...answer, ...known, next: "established" }
      : { ...request, ...known, next: "invalid" };
  return { ...first, flags: first.protocol === TCP ? ACK : 0, track: follows, touched };
}
