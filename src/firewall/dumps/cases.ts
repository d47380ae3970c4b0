import {
  type Address,
  addressFromBytes,
  isAny,
  isLoopback,
  LOOPBACK4,
  LOOPBACK6,
  parseAddress,
} from "../../core/address.ts";
import { type Cidr, cidrContains } from "../../core/cidr.ts";
import { numberOf } from "../addresses.ts";
import { clientIn, FAR } from "../asked-packets.ts";
import { isVirtualName } from "../lan.ts";
import type { AddressBounds, InterfaceNames, Mentioned } from "./mentioned.ts";
import type { DumpQuestion } from "./question.ts";

/** What a question leaves open, each with all that makes a difference; the first is what is asked if none does. */
export interface Cases {
  readonly interfaces: readonly (string | undefined)[];
  readonly destinations: readonly Address[];
  readonly sources: readonly Address[];
  /** What the cases leave out, one line each. */
  readonly assumed: readonly string[];
}

/** One of many that make a difference, so that a question has to be narrower. */
export interface TooMany {
  readonly because: string;
}

const MOST_OF_EACH = 48;
/** Rules times cases: as many as are asked in a few seconds. */
const MOST_ASKED = 2_000_000;
/** Names that stand for an interface that no rule speaks of. */
const OTHER_INTERFACES = ["eth0", "lan0", "nic0", "other0", "zz0", "qq0", "xx0"] as const;
/** What members of a group may be called: one of them is mentioned nowhere else. */
const MEMBERS = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "98", "99", "x7"] as const;
/** A range that begins with what is no machine's address (0.0.0.0, 127.0.0.0, ::) goes on here. */
/** Below it, a number is an address of IPv4, or none of a machine's. */
const LOW6 = 1n << 32n;
const LOWEST = { 4: ["1.0.0.1", "128.0.0.1"], 6: ["1::1"] } as const;
/** Addresses for documentation (RFC 5737, RFC 3849): one of them stands for an address of which no rule speaks. */
const STAND_INS = { 4: ["192.0.2.1", "198.51.100.1", "203.0.113.1"], 6: ["2001:db8::1", "3fff::1"] } as const;

/** Every case of the question that the rules may tell apart. */
export function casesOf(question: DumpQuestion, mentioned: Mentioned, rules: number): Cases | TooMany {
  const { from, to, family } = question;
  if (from.kind === "self") {
    const own = to ?? (family === 4 ? LOOPBACK4 : LOOPBACK6);
    return { interfaces: [undefined], destinations: [own], sources: [own], assumed: [] };
  }
  const destinations = to ? [to] : ownAddresses(mentioned, family);
  const sources = from.kind === "internet" ? [parseAddress(FAR[family])!] : clientsIn(from.network, mentioned.clients);
  const interfaces = question.interface === undefined ? doors(mentioned.interfaces) : [question.interface];
  const { own } = mentioned;
  if (!to && (own.isOdd || destinations.length > MOST_OF_EACH)) {
    return { because: "the rules tell very many addresses of this machine apart: `--to` says which is meant" };
  }
  if (sources.length > MOST_OF_EACH) {
    return { because: "the rules tell very many clients apart: `--from` with one address says which is meant" };
  }
  if (interfaces.length > MOST_OF_EACH || isTooMuch([interfaces, destinations, sources], rules)) {
    return { because: "the rules tell very many ways in apart: `--in` and `--to` say which is meant" };
  }
  const standIn = to ? [] : destinations.slice(0, 1);
  return { interfaces, destinations, sources, assumed: assumptionsOf(question, mentioned, standIn) };
}

function isTooMuch(dimensions: readonly (readonly unknown[])[], rules: number): boolean {
  const cases = dimensions.reduce((product, { length }) => product * length, 1);
  return cases > 16 && cases * rules > MOST_ASKED;
}

function assumptionsOf(
  { from, to, interface: named, family }: DumpQuestion,
  { interfaces, translatedTo, clients }: Mentioned,
  standIn: readonly Address[],
): string[] {
  const virtual = [...interfaces.exact].filter(isVirtualName);
  const others = translatedTo.size > 0 ? ", and to none that its rules translate to" : "";
  return [
    ...(from.kind === "internet" ? [`${FAR[family]} stands for whoever is far away`] : []),
    ...(from.kind === "network" && clients.isOdd ? ["the rules treat every client of that network alike"] : []),
    to
      ? `${to.text} is an address of that machine`
      : `it is sent to an address of that machine (${standIn.map(({ text }) => text).join()} stands for it)${others}`,
    ...(named === undefined && virtual.length > 0
      ? [`it comes from outside, and not by ${virtual.slice(0, 3).join(", ")}${virtual.length > 3 ? ", …" : ""}`]
      : []),
  ];
}

/** By an interface that no rule speaks of, and by each of which one does; what is on the machine itself comes by others. */
function doors({ exact, prefixes }: InterfaceNames): readonly string[] {
  const isNew = (name: string, prefix: string) =>
    !exact.has(name) && ![...prefixes].some((each) => each.length > prefix.length && name.startsWith(each));
  const find = (names: readonly string[], prefix: string) => names.find((name) => isNew(name, prefix)) ?? [];
  const groups = [...prefixes].flatMap((prefix) =>
    find(
      MEMBERS.map((end) => `${prefix}${end}`),
      prefix,
    ),
  );
  const mentioned = [...exact, ...groups].filter((name) => name !== "lo" && name !== "" && !isVirtualName(name));
  return [...new Set([find(OTHER_INTERFACES, ""), ...mentioned].flat())];
}

function ownAddresses({ own, translatedTo }: Mentioned, family: 4 | 6): readonly Address[] {
  const bounds = boundsOf(own, family);
  const isBound = new Set(bounds.map(numberOf));
  const mentioned = bounds
    // What is translated to is another machine's; the range that it begins may be ours all the same.
    .flatMap((address) => (translatedTo.has(numberOf(address)) ? nextOf(address, isBound) : [address]))
    .filter(isOfMachine);
  const isCut = mentioned.length < bounds.length || (family === 6 && [...own.bounds].some((bound) => bound < LOW6));
  const low = isCut ? LOWEST[family].map((text) => parseAddress(text)!) : [];
  const standIn = STAND_INS[family].find((text) => !mentioned.some((each) => each.text === text));
  const all = [...(standIn === undefined ? [] : [parseAddress(standIn)!]), ...mentioned, ...low];
  return [...new Map(all.map((address) => [address.text, address])).values()];
}

/** The address behind it, where nothing else begins there. */
function nextOf(address: Address, bounds: ReadonlySet<bigint>): Address[] {
  const next = numberOf(address) + 1n;
  return bounds.has(next) ? [] : boundsOf({ bounds: new Set([next]) }, address.family);
}

/** The first client of the network, and others of whom rules speak. */
function clientsIn(network: Cidr, { bounds }: AddressBounds): readonly Address[] {
  const first = clientIn({ family: network.address.family, cidr: network }, []);
  if (network.prefix === (network.address.family === 4 ? 32 : 128)) return [network.address];
  const others = boundsOf({ bounds }, network.address.family).filter((each) => cidrContains(network, each));
  return [first, ...others.filter(({ text }) => text !== first.text)];
}

function boundsOf({ bounds }: Pick<AddressBounds, "bounds">, family: 4 | 6): Address[] {
  const [bytes, most] = family === 4 ? [4, 1n << 32n] : [16, 1n << 128n];
  return [...bounds].flatMap((bound) => {
    if (bound >= most || (family === 6 && bound < LOW6)) return [];
    return [addressFromBytes(bytesOf(bound, bytes))];
  });
}

function bytesOf(number: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Number((number >> BigInt(8 * (length - 1 - index))) & 255n));
}

/** What comes in from elsewhere is never sent to the loopback, to nobody or to many. */
function isOfMachine(address: Address): boolean {
  if (isLoopback(address) || isAny(address)) return false;
  return address.family === 4 ? !/^(?:0|127|22[4-9]|2[345]\d)\./.test(address.text) : !address.text.startsWith("ff");
}
