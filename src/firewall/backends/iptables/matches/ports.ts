import { addressInterval, portInterval } from "../../../addresses.ts";
import type { Field, Match } from "../../../model.ts";
import { assuming, eachOption, field, fixed, hasBits, isIn, isOneOf } from "../reader.ts";
import type { Option } from "../words.ts";
import { own } from "../../../own.ts";
import { USUAL_SEGMENT } from "../../../walk/assumptions.ts";

const TCP_FLAGS: Readonly<Record<string, number>> = {
  FIN: 1,
  SYN: 2,
  RST: 4,
  PSH: 8,
  ACK: 16,
  URG: 32,
  ALL: 63,
  NONE: 0,
};

/** Options whose presence is known, by their kind. */
const TCP_OPTIONS: Readonly<Record<string, Field>> = {
  2: "tcp option 2",
  3: "tcp option 3",
  4: "tcp option 4",
  5: "tcp option 5",
  8: "tcp option 8",
};

export const readTcp = eachOption((option) => {
  if (option.name === "tcp-option") {
    const known = own(TCP_OPTIONS, option.values[0] ?? "");
    return known ? isOneOf(field(known), [1], option.not) : { kind: "opaque", text: option.text };
  }
  if (option.name === "tcp-flags") return readFlags(option);
  if (option.name === "syn") return hasBits(field("tcp flags"), 0x17, 0x02, option.not);
  return readPort(option, "tcp");
});

export const readUdp = eachOption((option) => readPort(option, "udp"));

function readPort({ name, values, not }: Option, protocol: "tcp" | "udp"): Match | undefined {
  if (name !== "sport" && name !== "dport") return undefined;
  return isIn(field(`${protocol} ${name}`), [portInterval(values[0] ?? "", ":")], not);
}

/** `--tcp-flags FIN,SYN,RST,ACK SYN`: which are looked at, and which of these are set. */
function readFlags({ values, not }: Option): Match | undefined {
  const [mask, value] = values.map((list) =>
    list.split(",").reduce<number | undefined>((sum, name) => {
      const bit = own(TCP_FLAGS, name);
      return sum === undefined || bit === undefined ? undefined : sum | bit;
    }, 0),
  );
  return mask === undefined || value === undefined ? undefined : hasBits(field("tcp flags"), mask, value, not);
}

/** `--dports 80,443,8000:8010`; `--ports`: either end. */
export const readMultiport = eachOption(({ name, values, not }) => {
  const intervals = (values[0] ?? "").split(",").map((each) => portInterval(each, ":"));
  const on = (at: Field) => isIn(field(at), intervals, false);
  const choices = { sports: [on("th sport")], dports: [on("th dport")], ports: [on("th sport"), on("th dport")] };
  const ends = own(choices, name);
  const known = ends?.filter((each) => each !== undefined);
  if (!known || known.length !== ends!.length) return undefined;
  return { kind: "any", of: known, not };
});

/** `--icmp-type 3/1`, `--icmpv6-type 128`; as numbers, as iptables-save has them. */
export const readIcmp = eachOption(({ name, values, not }) => {
  const prefix = name === "icmp-type" ? "icmp" : "icmpv6";
  const [, type, code] = /^(\d{1,3}|any)(?:\/(\d{1,3}))?$/.exec(values[0] ?? "") ?? [];
  if (type === undefined || (name !== "icmp-type" && name !== "icmpv6-type")) return undefined;
  if (type === "any" || (prefix === "icmp" && type === "255")) return fixed(!not);
  const ofType = isOneOf(field(`${prefix} type`), [Number(type)], code === undefined && not);
  if (code === undefined) return ofType;
  // Both have to be so: not one of them is otherwise.
  const others: Match[] = [
    isOneOf(field(`${prefix} type`), [Number(type)], true),
    isOneOf(field(`${prefix} code`), [Number(code)], true),
  ];
  return { kind: "any", of: others, not: !not };
});

/** `--mss 1:500`; without such an option the opposite holds. */
export const readTcpMss = eachOption(({ name, values, not }) => {
  const asked = name === "mss" ? isIn(field("tcp maxseg"), [portInterval(values[0] ?? "", ":")], false) : undefined;
  return asked && { kind: "any", of: [assuming(asked, USUAL_SEGMENT)], not };
});

/** `--length 40`, `40:100`, `!` in front: of the whole packet. */
export const readLength = eachOption(({ name, values, not }) =>
  name === "length" ? isIn(field("length"), [portInterval(values[0] ?? "", ":")], not) : undefined,
);

export const readRange = eachOption(({ name, values, not }) => {
  const left = name === "src-range" ? field("saddr") : name === "dst-range" ? field("daddr") : undefined;
  return left && isIn(left, [addressInterval(values[0] ?? "")], not);
});
