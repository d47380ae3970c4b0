import { readBuiltin } from "./matches/builtin.ts";
import { readConnmark, readConntrack, readMark, readStateMatch } from "./matches/conntrack.ts";
import { readConnlimit, readCounting, readHashlimit, readLimit, readQuota, readRecent } from "./matches/limits.ts";
import { readDscp, readEcn, readStatistic, readString, readTos, readTtl } from "./matches/header.ts";
import { readOwner } from "./matches/owner.ts";
import {
  readAddrtype,
  readHelper,
  readMac,
  readPhysdev,
  readPkttype,
  readRpfilter,
  readSet,
} from "./matches/places.ts";
import { readIcmp, readLength, readMultiport, readRange, readTcp, readTcpMss, readUdp } from "./matches/ports.ts";
import { type MatchReader, type ReadMatch, always } from "./reader.ts";
import type { Clause } from "./words.ts";
import { own } from "../../own.ts";

/** By the name behind `-m`. What is not here is opaque. */
const READERS: Readonly<Record<string, MatchReader>> = {
  "": readBuiltin,
  tcp: readTcp,
  udp: readUdp,
  icmp: readIcmp,
  icmp6: readIcmp,
  ipv6icmp: readIcmp,
  "ipv6-icmp": readIcmp,
  icmpv6: readIcmp,
  multiport: readMultiport,
  iprange: readRange,
  length: readLength,
  tcpmss: readTcpMss,
  tos: readTos,
  dscp: readDscp,
  ecn: readEcn,
  ttl: readTtl,
  hl: readTtl,
  string: readString,
  statistic: readStatistic,
  owner: readOwner,
  mac: readMac,
  physdev: readPhysdev,
  conntrack: readConntrack,
  state: readStateMatch,
  mark: readMark,
  connmark: readConnmark,
  addrtype: readAddrtype,
  rpfilter: readRpfilter,
  pkttype: readPkttype,
  set: readSet,
  helper: readHelper,
  limit: readLimit,
  quota: readQuota,
  hashlimit: readHashlimit,
  connlimit: readConnlimit,
  recent: readRecent,
  nfacct: readCounting,
  comment: () => [],
  // Headers that a connection's packets do not have; without one, not even the opposite matches.
  rt: always(false),
  frag: always(false),
  hbh: always(false),
  dst: always(false),
  mh: always(false),
};

/** What a clause asks of a packet; opaque where it is not understood. */
export function readMatches(clause: Clause, family: 4 | 6): readonly ReadMatch[] {
  const reader = own(READERS, clause.name);
  const { text } = clause;
  return reader?.(clause.options, family) ?? [{ match: { kind: "opaque", text }, text }];
}
