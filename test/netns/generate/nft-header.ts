import type { Family } from "./nft-sets.ts";
import type { Random } from "./random.ts";

/** What else the headers of a packet have, and whose it is. */
export function headerMatch(random: Random, isV6: boolean, not: string): string {
  const ip = isV6 ? "ip6" : "ip";
  return random.pick<() => string>([
    () => `${ip} version ${not}${isV6 ? 6 : 4}`,
    () => (isV6 ? `exthdr ${random.pick(["frag", "hbh"])} ${existence(random)}` : `ip hdrlength ${not}5`),
    () => `meta length ${random.pick(["> 10", "< 10", "> 39", "20-39", "40-100", "41-100", "> 43", "< 82"])}`,
    () => `${ip} length ${random.pick([isV6 ? "20-60" : "40-80", "< 20", "!= 10"])}`,
    () => `${ip} ${isV6 ? "hoplimit" : "ttl"} ${random.pick(["< 10", "> 31", "!= 1", "{ 1, 2, 255 }"])}`,
    () => `${ip} dscp ${not}${random.pick(["cs0", "cs6", "ef", "0x0a", "{ cs1, af11 }"])}`,
    () => `${ip} ecn ${not}${random.pick(["not-ect", "ce"])}`,
    () => `tcp option maxseg size ${random.pick(["1-500", "> 535", "< 536", "!= 1"])}`,
    () => `tcp option ${random.pick(["maxseg", "maxseg", "maxseg", "sack", "sack", "timestamp"])} ${existence(random)}`,
    () => `ip option ${random.pick(["rr", "ssrr"])} ${existence(random)}`,
    () => `meta ${random.pick(["skuid", "skgid"])} ${not}${random.pick(["0-65534", "0-4294967294"])}`,
    () => "numgen inc mod 1 == 0",
  ])();
}

function existence(random: Random): string {
  return random.pick(["exists", "missing"]);
}

/** What is written into headers, and asked by the rules behind it. */
export function headerAction(random: Random, family: Family): string {
  const isV6 = family === "ip6" || (family === "inet" && random.chance(0.4));
  const ip = isV6 ? "ip6" : "ip";
  return random.pick([
    `${ip} dscp set ${random.pick(["cs1", "ef", "0x0a", "cs0"])}`,
    `${ip} ${isV6 ? "hoplimit" : "ttl"} set ${random.pick([64, 255])}`,
  ]);
}
