import type { Match } from "../../../model.ts";
import { NO_DATA, USUAL_SERVICE, USUAL_TTL } from "../../../walk/assumptions.ts";
import {
  type MatchReader,
  assuming,
  eachOption,
  field,
  fixed,
  hasBits,
  isIn,
  isOneOf,
  readMarkMask,
} from "../reader.ts";
import type { Option } from "../words.ts";

/** `--tos 0x10/0xff`. */
export const readTos = eachOption(({ name, values, not }) => {
  const read = readMarkMask(values[0]);
  return name === "tos" && read ? asService(hasBits(field("service"), read.mask & 0xff, read.value, not)) : undefined;
});

/** `--dscp 0x0a`: the upper six bits. */
export const readDscp = eachOption(({ name, values, not }) => {
  const read = readMarkMask(values[0]);
  return name === "dscp" && read ? asService(hasBits(field("service"), 0xfc, read.value << 2, not)) : undefined;
});

const ECN_FLAGS: Readonly<Record<string, number>> = { "ecn-tcp-cwr": 0x80, "ecn-tcp-ece": 0x40 };

export const readEcn = eachOption(({ name, values, not }) => {
  if (name === "ecn-ip-ect") return asService(hasBits(field("service"), 3, Number(values[0]), not));
  const flag = Object.hasOwn(ECN_FLAGS, name) ? ECN_FLAGS[name] : undefined;
  return flag === undefined ? undefined : asService(hasBits(field("tcp flags"), flag, flag, not));
});

function asService(match: Match): Match {
  return assuming(match, USUAL_SERVICE);
}

/** `--ttl-lt 10`, of IPv6 `--hl-lt 10`. */
export const readTtl = eachOption(({ name, values, not }) => {
  const [, how] = /^(?:ttl|hl)-(eq|lt|gt)$/.exec(name) ?? [];
  const number = Number(values[0]);
  if (how === undefined || !(number >= 0 && number <= 255)) return undefined;
  const interval =
    how === "eq" ? { lo: number, hi: number } : how === "lt" ? { lo: -1, hi: number - 1 } : { lo: number + 1, hi: 256 };
  const match = isIn(field("ttl"), [interval], not);
  return match && assuming(match, USUAL_TTL);
});

/** Every one of one, always, or never; what is left to chance can't be told. */
export const readStatistic: MatchReader = (options) => {
  const valueOf = (wanted: string) => options.find(({ name }) => name === wanted)?.values[0];
  const [mode, chance, every] = [valueOf("mode"), Number(valueOf("probability")), Number(valueOf("every"))];
  const holds = mode === "nth" ? every === 1 || undefined : chance === 1 ? true : chance === 0 ? false : undefined;
  const not = options.some((option) => option.not);
  const text = options.map((option) => option.text).join(" ");
  return holds === undefined ? undefined : [{ match: fixed(holds !== not), text }];
};

/** Shorter texts may stand in a header by chance. */
const LEAST_TEXT = 6;

/** `--string "abcdef" --algo bm`: is looked for in the whole packet, of which the first ones of TCP are headers alone. */
export const readString: MatchReader = (options) => {
  const text = options.map((option) => option.text).join(" ");
  const wanted = options.find(({ name }) => name === "string" || name === "hex-string");
  if (!wanted || lengthOf(wanted) < LEAST_TEXT) return undefined;
  const isEmpty = assuming(isOneOf(field("l4proto"), [6], false), NO_DATA);
  return [{ match: { kind: "any", of: [isEmpty, { kind: "opaque", text }], not: !wanted.not }, text }];
};

/** Of a hex string, what stands between bars is bytes: `|0d0a|abc`. */
function lengthOf({ name, values: [value = ""] }: Option): number {
  if (name === "string") return value.length;
  return value.replaceAll(/\|([^|]*)\|/g, (_, bytes: string) => ".".repeat(bytes.replaceAll(" ", "").length / 2))
    .length;
}
