import type { Field, HeaderField } from "../model.ts";
import { ANY, type Value } from "../value.ts";
import { isHeaderField, readHeaderField } from "./header-fields.ts";
import { ICMP, ICMPV6, type State, TCP, type Tuple, UDP } from "./state.ts";

/** Bits of `ct state`, one of which a packet has (NF_CT_STATE_BIT). */
export const CT_STATES = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 } as const;
/** Bits of `ct status` (IPS_…) of which we keep account. */
export const CT_STATUS = { expected: 1, "seen-reply": 2, assured: 4, confirmed: 8, snat: 16, dnat: 32 } as const;
const KNOWN_STATUS = CT_STATUS.expected | CT_STATUS["seen-reply"] | CT_STATUS.snat | CT_STATUS.dnat;

/** What the packet has there; nothing where it has no such thing. */
export function readField(state: State, field: Field): Value {
  if (isHeaderField(field)) return readHeaderField(state, field);
  switch (field) {
    case "family":
      return state.family === 4 ? 2 : 10;
    case "ethertype":
      return state.family === 4 ? 0x0800 : 0x86dd;
    case "l4proto":
      return state.protocol;
    case "ip protocol":
    case "ip6 nexthdr":
      return (field === "ip protocol") === (state.family === 4) ? state.protocol : undefined;
    case "saddr":
    case "daddr":
      return state[field];
    case "ip saddr":
    case "ip6 saddr":
      return (field === "ip saddr") === (state.family === 4) ? state.saddr : undefined;
    case "ip daddr":
    case "ip6 daddr":
      return (field === "ip daddr") === (state.family === 4) ? state.daddr : undefined;
    case "iifname":
    case "oifname":
      return field === "iifname" ? state.iif : state.oif;
    case "mark":
      return state.mark;
    case "ip frag-off":
      // "Don't fragment" may be set; all else is of fragments only.
      return state.family === 4 ? { kind: "bits", bits: 0, unknown: 0x4000 } : undefined;
    case "th sport":
    case "th dport":
    case "tcp sport":
    case "tcp dport":
    case "udp sport":
    case "udp dport":
    case "tcp flags":
    case "icmp type":
    case "icmp code":
    case "icmpv6 type":
    case "icmpv6 code":
      return readTransport(state, field);
    case "ct state":
    case "ct status":
    case "ct mark":
    case "ct direction":
    case "ct exists":
    case "ct original saddr":
    case "ct original daddr":
    case "ct original sport":
    case "ct original dport":
    case "ct reply saddr":
    case "ct reply daddr":
    case "ct reply sport":
    case "ct reply dport":
    case "ct family":
    case "ct l4proto":
      return readTrack(state, field);
  }
}

type TransportField = Exclude<Extract<Field, `${"th" | "tcp" | "udp" | "icmp" | "icmpv6"} ${string}`>, HeaderField>;

function readTransport({ protocol, sport, dport, flags, icmp }: State, field: TransportField): Value {
  switch (field) {
    case "th sport":
      return icmp ? ANY : sport;
    case "th dport":
      return icmp ? ANY : dport;
    case "tcp sport":
      return protocol === TCP ? sport : undefined;
    case "tcp dport":
      return protocol === TCP ? dport : undefined;
    case "udp sport":
      return protocol === UDP ? sport : undefined;
    case "udp dport":
      return protocol === UDP ? dport : undefined;
    case "tcp flags":
      return protocol === TCP ? flags : undefined;
    case "icmp type":
      return protocol === ICMP ? icmp?.type : undefined;
    case "icmp code":
      return protocol === ICMP ? icmp?.code : undefined;
    case "icmpv6 type":
      return protocol === ICMPV6 ? icmp?.type : undefined;
    case "icmpv6 code":
      return protocol === ICMPV6 ? icmp?.code : undefined;
  }
}

type TrackField = Extract<Field, `ct ${string}`>;

/** A packet without a connection is invalid, unless it is untracked; all else that is asked of its connection is absent. */
function readTrack({ track, family, protocol }: State, field: TrackField): Value {
  const has = track.state === "new" || track.state === "established" || track.state === "related";
  if (field === "ct state") return CT_STATES[track.state === "none" ? "invalid" : track.state];
  if (field === "ct exists") return has ? 1 : 0;
  if (!has) return undefined;
  switch (field) {
    case "ct status":
      return statusOf(track);
    case "ct mark":
      return track.mark;
    case "ct direction":
      return track.direction === "original" ? 0 : 1;
    case "ct original saddr":
      return track.original.saddr;
    case "ct original daddr":
      return track.original.daddr;
    case "ct original sport":
      return track.original.sport;
    case "ct original dport":
      return track.original.dport;
    case "ct reply saddr":
      return track.translated.daddr;
    case "ct reply daddr":
      return track.translated.saddr;
    case "ct reply sport":
      return track.translated.dport;
    case "ct reply dport":
      return track.translated.sport;
    case "ct family":
      return family === 4 ? 2 : 10;
    case "ct l4proto":
      return track.state === "related" ? ANY : protocol;
  }
}

function statusOf(track: State["track"]): Value {
  const snat = isChanged(track.original, track.translated, ["saddr", "sport"]);
  const dnat = isChanged(track.original, track.translated, ["daddr", "dport"]);
  const bits =
    (snat === true ? CT_STATUS.snat : 0) |
    (dnat === true ? CT_STATUS.dnat : 0) |
    (track.seenReply ? CT_STATUS["seen-reply"] : 0);
  const doubtful = (snat === undefined ? CT_STATUS.snat : 0) | (dnat === undefined ? CT_STATUS.dnat : 0);
  return { kind: "bits", bits, unknown: (~KNOWN_STATUS | doubtful) >>> 0 };
}

function isChanged(from: Tuple, to: Tuple, keys: readonly (keyof Tuple)[]): boolean | undefined {
  if (keys.every((key) => from[key] === to[key])) return false;
  if (keys.some((key) => from[key] !== to[key] && typeof from[key] !== "object" && typeof to[key] !== "object")) {
    return true;
  }
  return undefined;
}
