import { addressInterval, portInterval } from "../../../addresses.ts";
import type { Expr, Field, Match } from "../../../model.ts";
import { protocolNumber } from "../../../protocols.ts";
import { CT_STATES, CT_STATUS } from "../../../walk/fields.ts";
import {
  type MatchReader,
  type ReadMatch,
  eachOption,
  field,
  hasBits,
  isIn,
  isOneOf,
  readMarkMask,
} from "../reader.ts";
import type { Option } from "../words.ts";
import { own } from "../../../own.ts";

/** `-m conntrack`. A packet without a connection has a state all the same, and where that matches nothing else is asked. */
export const readConntrack: MatchReader = (options) => {
  const hasState = options.some(({ name }) => name === "ctstate");
  const read: (ReadMatch | undefined)[] = options.map((option) => {
    const match = option.name === "ctstate" ? readState(option) : readRest(option, hasState);
    return match && { match, text: option.text };
  });
  return read.every((each) => each !== undefined) ? read : undefined;
};

export const readStateMatch = eachOption((option) => (option.name === "state" ? readState(option) : undefined));

/** `NEW,ESTABLISHED`; SNAT and DNAT stand for a translated connection. */
function readState({ values, not }: Option): Match | undefined {
  const names = (values[0] ?? "").toLowerCase().split(",");
  const states = names.filter((name) => name in CT_STATES).map((name) => CT_STATES[name as keyof typeof CT_STATES]);
  const translated = names.filter((name) => name === "snat" || name === "dnat");
  if (states.length + translated.length !== names.length) return undefined;
  const of = translated.map((name) => hasStatus(CT_STATUS[name]));
  if (states.length > 0) of.push(isOneOf(field("ct state"), states, false));
  return of.length === 1 && translated.length === 0
    ? isOneOf(field("ct state"), states, not)
    : { kind: "any", of, not };
}

function hasStatus(mask: number): Match {
  return hasAny(field("ct status"), mask, false);
}

/** `left & mask != 0`. */
function hasAny(left: Expr, mask: number, not: boolean): Match {
  return isOneOf({ kind: "bits", op: "&", left, right: { kind: "const", value: mask } }, [0], !not);
}

function readRest(option: Option, hasState: boolean): Match | undefined {
  const match = readOfConnection(option);
  if (!match || !hasState) return match;
  return { kind: "any", of: [isOneOf(field("ct exists"), [0], false), match], not: false };
}

const ADDRESSES: Readonly<Record<string, Field>> = {
  ctorigsrc: "ct original saddr",
  ctorigdst: "ct original daddr",
  ctreplsrc: "ct reply saddr",
  ctrepldst: "ct reply daddr",
};

const PORTS: Readonly<Record<string, Field>> = {
  ctorigsrcport: "ct original sport",
  ctorigdstport: "ct original dport",
  ctreplsrcport: "ct reply sport",
  ctrepldstport: "ct reply dport",
};

function readOfConnection({ name, values, not }: Option): Match | undefined {
  const value = values[0] ?? "";
  const [address, port] = [own(ADDRESSES, name), own(PORTS, name)];
  if (address) return isIn(field(address), [addressInterval(value)], not);
  if (port) return isIn(field(port), [portInterval(value, ":")], not);
  switch (name) {
    case "ctdir":
      return isOneOf(field("ct direction"), [value === "ORIGINAL" ? 0 : 1], not);
    case "ctproto": {
      const number = protocolNumber(value);
      return number === undefined ? undefined : isOneOf(field("ct l4proto"), [number], not);
    }
    case "ctstatus":
      return readStatus(value, not);
  }
  return undefined;
}

function readStatus(list: string, not: boolean): Match | undefined {
  const bits = list.split(",").map((name) => own(STATUSES, name));
  if (!bits.every((bit) => bit !== undefined)) return undefined;
  return hasAny(
    field("ct status"),
    bits.reduce((sum, bit) => sum | bit, 0),
    not,
  );
}

const STATUSES: Readonly<Record<string, number>> = {
  EXPECTED: CT_STATUS.expected,
  SEEN_REPLY: CT_STATUS["seen-reply"],
  ASSURED: CT_STATUS.assured,
  CONFIRMED: CT_STATUS.confirmed,
};

export const readMark = eachOption(({ name, values, not }) => readMarkOf(field("mark"), name, values[0], not));
export const readConnmark = eachOption(({ name, values, not }) => readMarkOf(field("ct mark"), name, values[0], not));

function readMarkOf(left: Expr, name: string, value: string | undefined, not: boolean): Match | undefined {
  const read = readMarkMask(value);
  return name === "mark" && read ? hasBits(left, read.mask, read.value, not) : undefined;
}
