import type { HeaderField } from "../model.ts";
import { ANY, type Value, combineBits } from "../value.ts";
import { RST, SYN, type State, TCP, UDP } from "./state.ts";

const MAYBE: Value = { kind: "between", lo: 0, hi: 1 };
/** Systems begin with 64 or more, and hardly anything is behind 32 routers. */
export const LEAST_TTL = 32;
const TTL: Value = { kind: "between", lo: LEAST_TTL, hi: 255 };
/** What every host has to take (RFC 9293, 3.7.1). */
const SEGMENT: Value = { kind: "between", lo: 536, hi: 0xffff };
/** One below the number that stands for nobody. */
const OWNER: Value = { kind: "between", lo: 0, hi: 0xfffffffe };

/** How each is read; nothing where the packet has no such thing. */
const READERS: Readonly<Record<HeaderField, (state: State) => Value>> = {
  "ip version": v4(() => 4),
  "ip6 version": v6(() => 6),
  // Without options.
  "ip hdrlength": v4(() => 5),
  length: (state) => lengthOf(state, state.family === 4 ? 20 : 40),
  "ip length": v4((state) => lengthOf(state, 20)),
  "ip6 length": v6((state) => lengthOf(state, 0)),
  ttl: () => TTL,
  "ip ttl": v4(() => TTL),
  "ip6 hoplimit": v6(() => TTL),
  service: ({ service }) => service,
  "ip dscp": v4(dscpOf),
  "ip6 dscp": v6(dscpOf),
  "ip ecn": v4(ecnOf),
  "ip6 ecn": v6(ecnOf),
  socket: hasSocket,
  skuid: ownerOf,
  skgid: ownerOf,
  // Every system says its largest segment in what begins a connection; what else is in it, is for each to say.
  "tcp option 2": tcp(({ flags }) => (flags & SYN ? 1 : 0)),
  "tcp option 3": tcp(({ flags }) => (flags & SYN ? MAYBE : 0)),
  "tcp option 4": tcp(({ flags }) => (flags & SYN ? MAYBE : 0)),
  "tcp option 5": tcp(() => 0),
  "tcp option 8": tcp(({ flags }) => (flags & RST ? 0 : MAYBE)),
  "tcp maxseg": tcp(({ flags }) => (flags & SYN ? SEGMENT : undefined)),
};

export function isHeaderField(field: string): field is HeaderField {
  return field in READERS;
}

export function readHeaderField(state: State, field: HeaderField): Value {
  return READERS[field](state);
}

type Read = (state: State) => Value;

function v4(read: Read): Read {
  return (state) => (state.family === 4 ? read(state) : undefined);
}

function v6(read: Read): Read {
  return (state) => (state.family === 6 ? read(state) : undefined);
}

function tcp(read: Read): Read {
  return (state) => (state.protocol === TCP ? read(state) : undefined);
}

/** Of what carries no data: the header of IP, and the one behind it with or without options. Of ICMP: what it quotes. */
function lengthOf({ protocol, icmp, flags }: State, header: number): Value {
  if (icmp) return { kind: "between", lo: header + 8, hi: header + 1260 };
  if (protocol === UDP) return { kind: "between", lo: header + 8, hi: 65535 };
  // A reset that a rule sends has no option, and what begins a connection at least the largest segment.
  if (flags & RST) return header + 20;
  return { kind: "between", lo: header + (flags & SYN ? 24 : 20), hi: header + 60 };
}

function dscpOf({ service }: State): Value {
  return typeof service === "number" ? service >> 2 : { kind: "between", lo: 0, hi: 63 };
}

function ecnOf({ service }: State): Value {
  return combineBits("&", service, 3);
}

/** What comes in belongs to a socket, if at all, only once there is a connection. */
function hasSocket({ iif, protocol, flags, icmp }: State): Value {
  if (icmp || protocol !== TCP) return iif === "" && !icmp ? 1 : MAYBE;
  if (iif === "") return flags & RST ? MAYBE : 1;
  return flags === SYN ? 0 : MAYBE;
}

function ownerOf(state: State): Value {
  const has = hasSocket(state);
  return has === 0 ? undefined : has === 1 ? OWNER : ANY;
}
