import { type ElementSet, setOf } from "../../elements.ts";
import type { Expr, Field, Match, SetRef } from "../../model.ts";

import { type Json, type JsonObject, entryOf, isList, isObject, numberIn, textOf } from "./json.ts";
import { type Kind, readScalar } from "./kinds.ts";
import { readMapData } from "./sets.ts";
import { renderExpr } from "./text.ts";
import { own } from "../../own.ts";
import { USUAL_SEGMENT, USUAL_SERVICE, USUAL_TTL } from "../../walk/assumptions.ts";
import type { Scalar } from "../../value.ts";

/** An expression, what its parts are, and what a packet must be for it to be there at all. */
export interface ReadExpr {
  readonly expr: Expr;
  readonly kinds: readonly Kind[];
  readonly needs: readonly Match[];
  /** What is taken for granted of it. */
  readonly assumed?: string;
}

const FIELDS: Readonly<Record<string, readonly [Field, Kind]>> = {
  "payload ip saddr": ["ip saddr", "address4"],
  "payload ip daddr": ["ip daddr", "address4"],
  "payload ip protocol": ["ip protocol", "protocol"],
  "payload ip frag-off": ["ip frag-off", "number"],
  "payload ip version": ["ip version", "number"],
  "payload ip hdrlength": ["ip hdrlength", "number"],
  "payload ip length": ["ip length", "number"],
  "payload ip ttl": ["ip ttl", "number"],
  "payload ip dscp": ["ip dscp", "dscp"],
  "payload ip ecn": ["ip ecn", "ecn"],
  "payload ip6 version": ["ip6 version", "number"],
  "payload ip6 length": ["ip6 length", "number"],
  "payload ip6 hoplimit": ["ip6 hoplimit", "number"],
  "payload ip6 dscp": ["ip6 dscp", "dscp"],
  "payload ip6 ecn": ["ip6 ecn", "ecn"],
  "payload ip6 saddr": ["ip6 saddr", "address6"],
  "payload ip6 daddr": ["ip6 daddr", "address6"],
  "payload ip6 nexthdr": ["ip6 nexthdr", "protocol"],
  "payload tcp sport": ["tcp sport", "number"],
  "payload tcp dport": ["tcp dport", "number"],
  "payload tcp flags": ["tcp flags", "tcp-flags"],
  "payload udp sport": ["udp sport", "number"],
  "payload udp dport": ["udp dport", "number"],
  "payload th sport": ["th sport", "number"],
  "payload th dport": ["th dport", "number"],
  "payload icmp type": ["icmp type", "icmp-type"],
  "payload icmp code": ["icmp code", "number"],
  "payload icmpv6 type": ["icmpv6 type", "icmpv6-type"],
  "payload icmpv6 code": ["icmpv6 code", "number"],
  "meta l4proto": ["l4proto", "protocol"],
  "meta length": ["length", "number"],
  "meta nfproto": ["family", "family"],
  "meta protocol": ["ethertype", "ethertype"],
  "meta iif": ["iifname", "interface"],
  "meta iifname": ["iifname", "interface"],
  "meta oif": ["oifname", "interface"],
  "meta oifname": ["oifname", "interface"],
  "meta mark": ["mark", "number"],
  "meta skuid": ["skuid", "number"],
  "meta skgid": ["skgid", "number"],
  "ct state": ["ct state", "state"],
  "ct status": ["ct status", "status"],
  "ct mark": ["ct mark", "number"],
  "ct direction": ["ct direction", "direction"],
  "ct l3proto": ["ct family", "family"],
  "ct protocol": ["ct l4proto", "protocol"],
};

const ASSUMED: Partial<Record<Field, string>> = {
  "ip ttl": USUAL_TTL,
  "ip6 hoplimit": USUAL_TTL,
  "ip dscp": USUAL_SERVICE,
  "ip6 dscp": USUAL_SERVICE,
  "ip ecn": USUAL_SERVICE,
  "ip6 ecn": USUAL_SERVICE,
  "tcp maxseg": USUAL_SEGMENT,
};

/** Options of TCP by nft's names. */
const OPTIONS: Readonly<Record<string, Field>> = {
  maxseg: "tcp option 2",
  window: "tcp option 3",
  "sack-perm": "tcp option 4",
  "sack-permitted": "tcp option 4",
  sack: "tcp option 5",
  timestamp: "tcp option 8",
};

/** Which packets have a header at all. */
const HEADERS: Readonly<Record<string, readonly [Field, Scalar]>> = {
  ip: ["family", 2],
  ip6: ["family", 10],
  icmp: ["l4proto", 1],
  igmp: ["l4proto", 2],
  tcp: ["l4proto", 6],
  udp: ["l4proto", 17],
  dccp: ["l4proto", 33],
  esp: ["l4proto", 50],
  ah: ["l4proto", 51],
  icmpv6: ["l4proto", 58],
  comp: ["l4proto", 108],
  sctp: ["l4proto", 132],
  udplite: ["l4proto", 136],
};

/** Reads an expression. `kind`: how constants in it are read, where what they are compared with says so. */
export function readExpr(json: Json, kind: Kind = "number"): ReadExpr {
  const entry = isObject(json) ? entryOf(json) : undefined;
  if (!entry) return readConstant(json, kind);
  const [word, body] = entry;
  switch (word) {
    case "payload":
    case "meta":
    case "ct":
      return isObject(body) ? readField(word, body) : opaque(json);
    case "fib":
      return isObject(body) ? readFib(json, body) : opaque(json);
    case "numgen":
    case "jhash":
    case "symhash":
      return isObject(body) ? readNumber(json, body) : opaque(json);
    case "&":
    case "|":
    case "^":
    case "<<":
    case ">>":
      return isList(body) ? readBits(json, word, body) : opaque(json);
    case "concat":
      return isList(body) ? readConcat(body) : opaque(json);
    case "map":
      return isObject(body) ? readMap(json, body) : opaque(json);
    case "tcp option":
      return isObject(body) ? readOption(json, body) : opaque(json);
    case "ip option":
      return isObject(body) ? readAbsent(body, "ip") : opaque(json);
    case "exthdr":
      return isObject(body) ? readAbsent(body, "ip6") : opaque(json);
    case "range":
      return isList(body) ? readBetween(json, body, kind) : opaque(json);
  }
  return opaque(json);
}

function opaque(json: Json): ReadExpr {
  return { expr: { kind: "opaque", text: renderExpr(json) }, kinds: ["other"], needs: [] };
}

function readConstant(json: Json, kind: Kind): ReadExpr {
  const value = readScalar(json, kind);
  if (value !== undefined) return { expr: { kind: "const", value }, kinds: [kind], needs: [] };
  const isAddress = typeof json === "string" && kind === "number";
  return isAddress ? readConstantAddress(json) : opaque(json);
}

function readConstantAddress(text: string): ReadExpr {
  const kind: Kind = text.includes(":") ? "address6" : "address4";
  const value = readScalar(text, kind);
  return value === undefined ? opaque(text) : { expr: { kind: "const", value }, kinds: [kind], needs: [] };
}

function readBetween(json: Json, [first = null, last = null]: readonly Json[], kind: Kind): ReadExpr {
  const [lo, hi] = [readConstant(first, kind), readConstant(last, kind)];
  if (lo.expr.kind !== "const" || hi.expr.kind !== "const") return opaque(json);
  return { expr: { kind: "between", lo: lo.expr.value, hi: hi.expr.value }, kinds: lo.kinds, needs: [] };
}

function readField(word: string, body: JsonObject): ReadExpr {
  const name = word === "payload" ? `${textOf(body["protocol"])} ${textOf(body["field"])}` : textOf(body["key"]);
  if (word === "ct" && (body["dir"] !== undefined || name === "zone")) return readDirected(body, name ?? "");
  if (word === "meta" && name === "pkttype") return known(0, "packet-type");
  const found = own(FIELDS, `${word} ${name}`);
  if (found) return fieldOf(found[0], found[1]);
  const needs = word === "payload" ? needsHeader(textOf(body["protocol"]) ?? "") : [];
  return { ...opaque({ [word]: body }), needs };
}

function fieldOf(field: Field, kind: Kind): ReadExpr {
  const assumed = ASSUMED[field];
  const read = { expr: { kind: "field", field }, kinds: [kind], needs: [] } as const;
  return assumed === undefined ? read : { ...read, assumed };
}

/** `tcp option maxseg size`, or whether it is there at all. */
function readOption(json: Json, { name, field }: JsonObject): ReadExpr {
  const [option, needs] = [own(OPTIONS, textOf(name) ?? ""), needsHeader("tcp")];
  if (option && field === undefined) return { ...fieldOf(option, "exists"), needs };
  if (name === "maxseg" && field === "size") return { ...fieldOf("tcp maxseg", "number"), needs };
  return { ...opaque(json), needs };
}

/** Options of IPv4 and further headers of IPv6, which a connection's packets do not have. */
function readAbsent({ field }: JsonObject, protocol: "ip" | "ip6"): ReadExpr {
  const never: Match = { kind: "fixed", holds: false };
  return { ...known(0, "exists"), needs: field === undefined ? needsHeader(protocol) : [never] };
}

function known(value: Scalar, kind: Kind): ReadExpr {
  return { expr: { kind: "const", value }, kinds: [kind], needs: [] };
}

const TUPLE_PARTS: Readonly<Record<string, readonly ["saddr" | "daddr" | "sport" | "dport", Kind]>> = {
  "ip saddr": ["saddr", "address4"],
  "ip daddr": ["daddr", "address4"],
  "ip6 saddr": ["saddr", "address6"],
  "ip6 daddr": ["daddr", "address6"],
  "proto-src": ["sport", "number"],
  "proto-dst": ["dport", "number"],
};

/** `ct original ip daddr`; zones are given by rules that are opaque, so that without one it is 0. */
function readDirected(body: JsonObject, name: string): ReadExpr {
  if (name === "zone") return known(0, "number");
  const part = own(TUPLE_PARTS, name);
  const direction = body["dir"] === "reply" ? "reply" : "original";
  if (part) {
    const needs = name.startsWith("ip") ? needsHeader(name.split(" ")[0]!) : [];
    return { expr: { kind: "field", field: `ct ${direction} ${part[0]}` }, kinds: [part[1]], needs };
  }
  const found = name === "l3proto" || name === "protocol" ? FIELDS[`ct ${name}`] : undefined;
  return found ? { expr: { kind: "field", field: found[0] }, kinds: [found[1]], needs: [] } : opaque({ ct: body });
}

export function needsHeader(protocol: string): readonly Match[] {
  const header = own(HEADERS, protocol);
  if (!header) return [];
  return [{ kind: "in", left: { kind: "field", field: header[0] }, set: { elements: setOf(header[1]) }, not: false }];
}

/** What is compared with decides whether an `oif` is a name or whether there is one at all (`readComparison`). */
function readFib(json: Json, body: JsonObject): ReadExpr {
  const flags = isList(body["flags"]) ? body["flags"] : [body["flags"]];
  const of = flags.includes("saddr") ? "saddr" : flags.includes("daddr") ? "daddr" : undefined;
  const by = flags.includes("iif") ? "iif" : flags.includes("oif") ? "oif" : undefined;
  if (!of) return opaque(json);
  if (body["result"] === "type") {
    return { expr: { kind: "fib", of, result: "type", by }, kinds: ["address-type"], needs: [] };
  }
  return { expr: { kind: "fib", of, result: "oifname", by }, kinds: ["interface"], needs: [] };
}

/** Some number below `mod`; which one can't be told. */
function readNumber(json: Json, body: JsonObject): ReadExpr {
  const [mod, offset] = [numberIn(body["mod"]), numberIn(body["offset"]) ?? 0];
  if (mod === undefined || mod < 1) return opaque(json);
  return { expr: { kind: "between", lo: offset, hi: offset + mod - 1 }, kinds: ["number"], needs: [] };
}

function readBits(json: Json, op: "&" | "|" | "^" | "<<" | ">>", parts: readonly Json[]): ReadExpr {
  const [first, ...rest] = parts;
  if (first === undefined || rest.length === 0) return opaque(json);
  const left = readExpr(first);
  const [kind = "number"] = left.kinds;
  return rest.reduce<ReadExpr>((sum, each) => {
    const right = readExpr(each, kind);
    return {
      expr: { kind: "bits", op, left: sum.expr, right: right.expr },
      kinds: sum.kinds,
      needs: [...sum.needs, ...right.needs],
    };
  }, left);
}

function readConcat(parts: readonly Json[]): ReadExpr {
  const read = parts.map((part) => readExpr(part));
  return {
    expr: { kind: "concat", parts: read.map(({ expr }) => expr) },
    kinds: read.flatMap(({ kinds }) => kinds),
    needs: read.flatMap(({ needs }) => needs),
  };
}

function readMap(json: Json, { key, data }: JsonObject): ReadExpr {
  if (key === undefined || data === undefined) return opaque(json);
  const from = readExpr(key);
  const map = readMapRef(data, from.kinds, readMapData);
  if (!map) return opaque(json);
  return { expr: { kind: "map", key: from.expr, map }, kinds: ["number"], needs: from.needs };
}

/** A map by its name, or one that stands in the rule: `{"set": [[key, value], …]}`. */
export function readMapRef(
  data: Json,
  kinds: readonly Kind[],
  readData: (pairs: readonly Json[], kinds: readonly Kind[]) => ElementSet<unknown>,
): SetRef | undefined {
  if (typeof data === "string") return data.startsWith("@") ? { name: data.slice(1) } : undefined;
  const pairs = isObject(data) ? data["set"] : undefined;
  return isList(pairs) ? { elements: readData(pairs, kinds) } : undefined;
}
