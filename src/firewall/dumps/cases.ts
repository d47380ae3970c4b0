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
import type { AddressBounds, Mentioned } from "./mentioned.ts";
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
const OTHER_INTERFACES = ["eth0", "lan0", "nic0", "other0"] as const;
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
  const virtual = [...interfaces].filter(isVirtualName);
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
function doors(mentioned: ReadonlySet<string>): readonly string[] {
  const outside = [...mentioned].filter((name) => name !== "lo" && name !== "" && !isVirtualName(name));
  const other = OTHER_INTERFACES.find((name) => !mentioned.has(name));
  return [...(other === undefined ? [] : [other]), ...outside];
}

function ownAddresses({ own, translatedTo }: Mentioned, family: 4 | 6): readonly Address[] {
  const mentioned = boundsOf(own, family).filter(
    (address) => isOfMachine(address) && !translatedTo.has(numberOf(address)),
  );
  const standIn = STAND_INS[family].find((text) => !mentioned.some((each) => each.text === text));
  return [...(standIn === undefined ? [] : [parseAddress(standIn)!]), ...mentioned];
}

/** The first client of the network, and others of whom rules speak. */
function clientsIn(network: Cidr, { bounds, isOdd }: AddressBounds): readonly Address[] {
  const first = clientIn({ family: network.address.family, cidr: network }, []);
  if (network.prefix === (network.address.family === 4 ? 32 : 128)) return [network.address];
  const others = boundsOf({ bounds, isOdd }, network.address.family).filter((each) => cidrContains(network, each));
  return [first, ...others.filter(({ text }) => text !== first.text)];
}

function boundsOf({ bounds }: AddressBounds, family: 4 | 6): Address[] {
  const [bytes, most] = family === 4 ? [4, 1n << 32n] : [16, 1n << 128n];
  return [...bounds].flatMap((bound) => {
    if (bound >= most || (family === 6 && bound < 1n << 32n)) return [];
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
