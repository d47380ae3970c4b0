import { addressNumber, prefixInterval } from "../../addresses.ts";
import type { Interval } from "../../elements.ts";
import { protocolNumber } from "../../protocols.ts";
import { CT_STATES, CT_STATUS } from "../../walk/fields.ts";
import { type Json, isList, isObject, textOf } from "./json.ts";
import { own } from "../../own.ts";
import type { Scalar } from "../../value.ts";

/** What a value is, and so how its text is read. */
export type Kind =
  | "address4"
  | "address6"
  | "number"
  | "protocol"
  | "interface"
  | "state"
  | "status"
  | "direction"
  | "family"
  | "ethertype"
  | "tcp-flags"
  | "address-type"
  | "exists"
  | "packet-type"
  | "dscp"
  | "ecn"
  | "icmp-type"
  | "icmpv6-type"
  | "other";

/** Class selectors, assured forwarding (RFC 2597), expedited forwarding, voice-admit, lower effort. */
const DSCP: Readonly<Record<string, number>> = Object.fromEntries([
  ...Array.from({ length: 8 }, (_, level) => [`cs${level}`, level * 8] as const),
  ...[1, 2, 3, 4].flatMap((level) => [1, 2, 3].map((drop) => [`af${level}${drop}`, level * 8 + drop * 2] as const)),
  ["ef", 46],
  ["va", 44],
  ["lephb", 1],
  ["be", 0],
]);

const WORDS: Partial<Record<Kind, Readonly<Record<string, Scalar>>>> = {
  state: CT_STATES,
  status: CT_STATUS,
  direction: { original: 0, reply: 1 },
  family: { ipv4: 2, ipv6: 10 },
  ethertype: { ip: 0x0800, arp: 0x0806, ip6: 0x86dd },
  "tcp-flags": { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 },
  "packet-type": { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 },
  dscp: DSCP,
  ecn: { "not-ect": 0, ect1: 1, ect0: 2, ce: 3 },
  "icmp-type": {
    "echo-reply": 0,
    "destination-unreachable": 3,
    "source-quench": 4,
    redirect: 5,
    "echo-request": 8,
    "router-advertisement": 9,
    "router-solicitation": 10,
    "time-exceeded": 11,
    "parameter-problem": 12,
    "timestamp-request": 13,
    "timestamp-reply": 14,
    "info-request": 15,
    "info-reply": 16,
    "address-mask-request": 17,
    "address-mask-reply": 18,
  },
  "icmpv6-type": {
    "destination-unreachable": 1,
    "packet-too-big": 2,
    "time-exceeded": 3,
    "parameter-problem": 4,
    "echo-request": 128,
    "echo-reply": 129,
    "mld-listener-query": 130,
    "mld-listener-report": 131,
    "mld-listener-done": 132,
    "mld-listener-reduction": 132,
    "nd-router-solicit": 133,
    "nd-router-advert": 134,
    "nd-neighbor-solicit": 135,
    "nd-neighbor-advert": 136,
    "nd-redirect": 137,
    "router-renumbering": 138,
    "ind-neighbor-solicit": 141,
    "ind-neighbor-advert": 142,
    "mld2-listener-report": 143,
  },
};

const SETS: Readonly<Record<string, Kind>> = {
  ipv4_addr: "address4",
  ipv6_addr: "address6",
  inet_service: "number",
  inet_proto: "protocol",
  ifname: "interface",
  iface_index: "interface",
  mark: "number",
  ct_state: "state",
  ct_status: "status",
  ct_dir: "direction",
  nf_proto: "family",
  ether_type: "ethertype",
  tcp_flag: "tcp-flags",
  fib_addrtype: "address-type",
  pkt_type: "packet-type",
  dscp: "dscp",
  ecn: "ecn",
  uid: "number",
  gid: "number",
  icmp_type: "icmp-type",
  icmpv6_type: "icmpv6-type",
};

/** The kinds of a set's type: `"ipv4_addr . inet_service"`, or a list. */
export function kindsOfType(json: Json | undefined): readonly Kind[] {
  const names = isList(json) ? json.map((each) => textOf(each) ?? "") : (textOf(json) ?? "").split(" . ");
  return names.map((name) => own(SETS, name) ?? "other");
}

/** One value; nothing where it is not understood. */
export function readScalar(json: Json, kind: Kind): Scalar | undefined {
  if (kind === "exists") return json === false || json === 0 || json === "0" ? 0 : json === true ? 1 : undefined;
  if (kind === "other") return undefined;
  if (typeof json === "number") return kind === "address4" || kind === "address6" ? undefined : json;
  if (isList(json)) return sumOf(json, kind);
  if (isObject(json)) return isList(json["|"]) ? sumOf(json["|"], kind) : undefined;
  return typeof json === "string" ? readWord(json, kind) : undefined;
}

function sumOf(parts: readonly Json[], kind: Kind): number | undefined {
  return parts.reduce<number | undefined>((sum, part) => {
    const value = readScalar(part, kind);
    return sum === undefined || typeof value !== "number" ? undefined : sum | value;
  }, 0);
}

function readWord(word: string, kind: Kind): Scalar | undefined {
  switch (kind) {
    case "address4":
    case "address6":
      return word.includes(":") === (kind === "address6") ? addressNumber(word) : undefined;
    case "protocol":
      return protocolNumber(word);
    case "interface":
      return word.replaceAll("\\*", "*");
    case "address-type":
      return word;
    case "number":
    case "state":
    case "status":
    case "direction":
    case "family":
    case "ethertype":
    case "tcp-flags":
    case "packet-type":
    case "dscp":
    case "ecn":
    case "icmp-type":
    case "icmpv6-type":
    case "exists":
    case "other": {
      const known = WORDS[kind];
      if (known && Object.hasOwn(known, word)) return known[word];
      return /^(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(word) ? Number(word) : undefined;
    }
  }
}

/** One column of an element: a value, a range, a prefix, the beginning of a name. What is not understood is opaque. */
export function readInterval(json: Json, kind: Kind): Interval {
  const opaque = { opaque: JSON.stringify(json) };
  if (isObject(json)) {
    if (isList(json["range"])) return readRange(json["range"], kind) ?? opaque;
    if (isObject(json["prefix"])) return readPrefix(json["prefix"]) ?? opaque;
  }
  // A star at the end, unless it is escaped, stands for any rest.
  if (kind === "interface" && typeof json === "string" && /(?:^|[^\\])\*$/.test(json)) {
    return { prefix: json.slice(0, -1) };
  }
  const value = readScalar(json, kind);
  return value === undefined ? opaque : { lo: value, hi: value };
}

function readRange([first = null, last = null]: readonly Json[], kind: Kind): Interval | undefined {
  const [lo, hi] = [readScalar(first, kind), readScalar(last, kind)];
  return lo === undefined || hi === undefined || typeof lo === "string" ? undefined : { lo, hi };
}

function readPrefix({ addr, len }: { readonly [key: string]: Json | undefined }): Interval | undefined {
  const text = textOf(addr) ?? "";
  const number = addressNumber(text);
  return number === undefined || typeof len !== "number"
    ? undefined
    : prefixInterval(number, len, text.includes(":") ? 6 : 4);
}
