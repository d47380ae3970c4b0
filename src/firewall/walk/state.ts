import { type Value, valueKey } from "../value.ts";
import type { Decider } from "./decider.ts";

export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const ICMPV6 = 58;

/** Flags of TCP. */
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

/** What may be known of a packet at one moment of its way. Never changed: what changes it makes a new one. */
export interface State {
  readonly family: 4 | 6;
  /** TCP, UDP, ICMP or ICMPV6. */
  readonly protocol: number;
  readonly saddr: Value;
  readonly daddr: Value;
  /** Missing from ICMP. */
  readonly sport: Value;
  readonly dport: Value;
  readonly flags: number;
  readonly icmp?: { readonly type: number; readonly code: number };
  /** Empty where the hook has none. */
  readonly iif: Value;
  readonly oif: Value;
  readonly mark: Value;
  /** The type of service, or the traffic class, with the two bits of ECN. */
  readonly service: Value;
  readonly track: Track;
  /** Sets that rules have changed on the way: `+NAME`, `-NAME`. */
  readonly touched: readonly string[];
  /** The last rule that let it pass. */
  readonly acceptedBy?: Decider;
  /** What was not known, and which way it was taken to be here. */
  readonly doubts: readonly string[];
}

/** `none`: connection tracking was not asked yet. */
export type TrackState = "none" | "new" | "established" | "related" | "invalid" | "untracked";

/** What connection tracking knows. */
export interface Track {
  readonly state: TrackState;
  /** What it will be once it was asked. */
  readonly next: TrackState;
  readonly direction: "original" | "reply";
  readonly mark: Value;
  readonly original: Tuple;
  /** As the first packet reads behind translation. */
  readonly translated: Tuple;
  /** Whether a destination (source) translation was set up, be it to none at all. */
  readonly dstSettled: boolean;
  readonly srcSettled: boolean;
  readonly seenReply: boolean;
}

export interface Tuple {
  readonly saddr: Value;
  readonly daddr: Value;
  readonly sport: Value;
  readonly dport: Value;
}

export function tupleOf({ saddr, daddr, sport, dport }: Tuple): Tuple {
  return { saddr, daddr, sport, dport };
}

/** The same for two states that no rule can tell apart. */
export function stateKey(state: State): string {
  const { track } = state;
  const words = [
    ...[state.saddr, state.daddr, state.sport, state.dport, state.iif, state.oif].map(valueKey),
    valueKey(state.mark),
    valueKey(state.service),
    state.protocol,
    state.icmp?.code,
    state.flags,
    track.state,
    track.direction,
    valueKey(track.mark),
    tupleKey(track.translated),
    track.dstSettled,
    track.srcSettled,
    track.seenReply,
    ...state.touched,
  ];
  return words.join(" ");
}

export function tupleKey({ saddr, daddr, sport, dport }: Tuple): string {
  return [saddr, daddr, sport, dport].map(valueKey).join("/");
}

/** Each different state once; of two that are alike, the first one's doubts stay. */
export function mergeStates(states: readonly State[]): readonly State[] {
  if (states.length < 2) return states;
  const byKey = new Map<string, State>();
  for (const state of states) {
    const key = stateKey(state);
    if (!byKey.has(key)) byKey.set(key, state);
  }
  return [...byKey.values()];
}

const MOST_DOUBTS = 4;

export function withDoubt(state: State, doubt: string): State {
  if (state.doubts.length === MOST_DOUBTS || state.doubts.includes(doubt)) return state;
  return { ...state, doubts: [...state.doubts, doubt] };
}

export function withTouched(state: State, what: string): State {
  return state.touched.includes(what) ? state : { ...state, touched: [...state.touched, what] };
}
