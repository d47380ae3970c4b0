import { numberOf } from "../addresses.ts";
import type { Nat, Table } from "../model.ts";
import { ANY, ANY_OWN, type Value, isVague } from "../value.ts";
import { evaluateExpr, isList } from "./expr.ts";
import type { State, Track, Tuple } from "./state.ts";
import type { World } from "./world.ts";

export type Side = "destination" | "source";

/** Which end of a packet is translated at a hook, both on the way and on the way back. */
export function sideOf(hook: World["hook"]): Side {
  return hook === "prerouting" || hook === "output" ? "destination" : "source";
}

export type Translated =
  | { readonly kind: "done"; readonly state: State; readonly miss: boolean }
  /** Not for packets of this family, or its map has nothing for this one. */
  | { readonly kind: "not-for-it" }
  | { readonly kind: "unknown"; readonly because: string };

/** What a rule that translates makes of the first packet of a connection. */
export function translate(world: World, table: Table, state: State, nat: Nat): Translated {
  if (nat.family !== undefined && nat.family !== state.family) return { kind: "not-for-it" };
  const address = nat.address && evaluateExpr(world, table, state, nat.address);
  const port = nat.port && evaluateExpr(world, table, state, nat.port);
  if ((address && address.value === undefined) || (port && port.value === undefined)) return { kind: "not-for-it" };
  const given = address && isList(address.value) ? address.value : [address?.value as Value, port?.value as Value];
  const implied = given[0] === undefined ? impliedAddress(world, state, nat) : given[0];
  if (implied === undefined) return { kind: "unknown", because: `\`${nat.kind}\` takes an address that is not known` };
  const changed = setSide(state, sideOf(world.hook), implied, given[1]);
  return { kind: "done", state: changed, miss: Boolean(address?.miss || port?.miss) };
}

/** Nothing: an address that is not known. */
function impliedAddress(world: World, state: State, { kind }: Nat): Value | undefined {
  switch (kind) {
    case "dnat":
      return state.daddr;
    case "snat":
      return state.saddr;
    case "redirect":
      return world.hook === "output" ? loopbackOf(state.family) : firstAddressOf(world, state);
    case "masquerade":
      return canMasquerade(world, state) ? ANY_OWN : undefined;
  }
}

function loopbackOf(family: 4 | 6): bigint {
  return family === 4 ? 0x7f000001n : 1n;
}

/** REDIRECT takes the first address of the interface; of IPv6, the first of the same scope. */
function firstAddressOf({ locality: { host } }: World, { iif, family }: State): Value {
  const all = host.interfaces?.find(({ name }) => name === iif)?.addresses ?? [];
  const numbers = all.filter(({ address }) => address.family === family).map(({ address }) => numberOf(address));
  return numbers.length === 1 || (family === 4 && numbers.length > 0) ? numbers[0]! : ANY_OWN;
}

/** On `lo`, IPv4 masquerading drops what it finds no other interface's address for (inet_select_addr). */
function canMasquerade({ locality: { host } }: World, { oif, family }: State): boolean {
  if (oif !== "lo" || family === 6) return true;
  const others = (host.interfaces ?? []).filter(({ name }) => name !== "lo");
  return others.some(({ addresses }) => addresses.some(({ address }) => address.family === 4));
}

function setSide(state: State, side: Side, address: Value, port: Value): State {
  const { track } = state;
  if (side === "destination") {
    const next = { daddr: address, dport: port ?? state.dport };
    return { ...state, ...next, track: { ...track, translated: { ...track.translated, ...next }, dstSettled: true } };
  }
  // The client's port may have to give way to another connection's.
  const next = { saddr: address, sport: port ?? (isSame(address, state.saddr) ? state.sport : ANY) };
  return { ...state, ...next, track: { ...track, translated: { ...track.translated, ...next }, srcSettled: true } };
}

function isSame(a: Value, b: Value): boolean {
  return a === b && !isVague(a);
}

export function settle(state: State, side: Side): State {
  const key = side === "destination" ? "dstSettled" : "srcSettled";
  return state.track[key] ? state : { ...state, track: { ...state.track, [key]: true } };
}

export function isSettled(track: Track, side: Side): boolean {
  return side === "destination" ? track.dstSettled : track.srcSettled;
}

/** A packet of a connection that is set up already: its addresses as they have to read from here on. */
export function rewrite(state: State, side: Side): State {
  const { original, translated, direction } = state.track;
  const isReply = direction === "reply";
  // What the way there did to one end, the way back undoes at the other.
  const keys = (side === "destination") === isReply ? (["saddr", "sport"] as const) : (["daddr", "dport"] as const);
  if (keys.every((key) => original[key] === translated[key])) return state;
  const to: Tuple = isReply ? invert(original) : translated;
  const next = side === "destination" ? { daddr: to.daddr, dport: to.dport } : { saddr: to.saddr, sport: to.sport };
  return state.icmp ? { ...state, ...next, sport: undefined, dport: undefined } : { ...state, ...next };
}

export function invert({ saddr, daddr, sport, dport }: Tuple): Tuple {
  return { saddr: daddr, daddr: saddr, sport: dport, dport: sport };
}
