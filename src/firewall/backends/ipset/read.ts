import { addressInterval, addressNumber, familyOf, portInterval } from "../../addresses.ts";
import { type Element, ElementSet, type Interval } from "../../elements.ts";
import type { IpSet, IpSetData, IpSetDimension } from "../../model.ts";
import { protocolNumber } from "../../protocols.ts";
import { splitWords } from "../iptables/words.ts";
import { own } from "../../own.ts";
import { refuse } from "../refuse.ts";

interface Building {
  readonly name: string;
  readonly type: string;
  readonly family: 4 | 6;
  readonly entries: { readonly text: string; readonly data: IpSetData }[];
}

/** Reads what `ipset save` prints. `dump`: what it is called in an error. Throws BAD_RULES. */
export function readIpSets(dump: string, text: string): ReadonlyMap<string, IpSet> {
  if (!text.endsWith("\n"))
    refuse(dump, "is cut off: its last line has no end", text.slice(text.lastIndexOf("\n") + 1));
  const building = new Map<string, Building>();
  for (const line of text.split("\n")) {
    const [verb, name = "", what, ...options] = splitWords(line);
    if (verb === undefined || verb.startsWith("#")) continue;
    const isKnown = (verb === "create" && !building.has(name)) || (verb === "add" && building.has(name));
    if (!isKnown || what === undefined) return refuse(dump, "has a line that is not understood", line);
    if (verb === "create") {
      const isV6 = options[options.indexOf("family") + 1] === "inet6" && options.includes("family");
      // They make one element stand for many.
      const isMasked = ["netmask", "bitmask", "markmask"].some((option) => options.includes(option));
      building.set(name, { name, type: isMasked ? `${what} with a mask` : what, family: isV6 ? 6 : 4, entries: [] });
    }
    if (verb === "add") {
      building.get(name)!.entries.push({ text: what, data: options.includes("nomatch") ? "out" : "in" });
    }
  }
  return new Map([...building].map(([name, each]) => [name, finish(each)]));
}

function finish({ name, type, family, entries }: Building): IpSet {
  if (type === "list:set") return { name, body: { kind: "list", members: entries.map(({ text }) => text) } };
  const dimensions = dimensionsOf(type);
  if (!dimensions) return { name, body: { kind: "opaque", text: type } };
  const elements = entries.map(({ text, data }): Element<IpSetData> => {
    const columns = columnsOf(text, dimensions, family);
    // What can't be read may be anything.
    return { columns: columns ?? widthOf(dimensions).map(() => ({ opaque: text })), data };
  });
  const body = { kind: "elements", dimensions, elements: new ElementSet(elements) } as const;
  return dimensions.includes("ip") ? { name, family, body } : { name, body };
}

const COLUMNS: Readonly<Record<string, IpSetDimension>> = {
  ip: "ip",
  net: "ip",
  port: "protocol-port",
  iface: "iface",
  mark: "mark",
};

/** `hash:ip,port` → the columns of its elements; nothing for what is not known. */
function dimensionsOf(type: string): readonly IpSetDimension[] | undefined {
  const [method, columns = ""] = type.split(":");
  if (method === "bitmap" && columns === "port") return ["port"];
  if (method !== "hash" && !(method === "bitmap" && columns === "ip")) return undefined;
  const dimensions = columns.split(",").map((column) => own(COLUMNS, column));
  return dimensions.every((each) => each !== undefined) ? dimensions : undefined;
}

/** The protocol of a port is a column of its own. */
function widthOf(dimensions: readonly IpSetDimension[]): readonly IpSetDimension[] {
  return dimensions.flatMap((each) => (each === "protocol-port" ? [each, each] : [each]));
}

function columnsOf(text: string, dimensions: readonly IpSetDimension[], family: 4 | 6): Interval[] | undefined {
  const words = text.split(",");
  if (words.length !== dimensions.length) return undefined;
  const columns = words.flatMap((word, index) => readColumn(word, dimensions[index]!, family));
  return columns.every((column) => column !== undefined) ? columns : undefined;
}

function readColumn(word: string, dimension: IpSetDimension, family: 4 | 6): (Interval | undefined)[] {
  switch (dimension) {
    case "ip":
      return [readAddress(word, family)];
    case "port":
      return [portInterval(word, "-")];
    case "iface":
      return [word.includes(":") ? undefined : { lo: word, hi: word }];
    case "mark":
      return [/^0x[0-9a-f]{1,8}$/.test(word) ? { lo: Number(word), hi: Number(word) } : undefined];
    case "protocol-port": {
      const [protocol = "", port = ""] = word.includes(":") ? word.split(":") : ["tcp", word];
      const number = protocolNumber(protocol);
      return [number === undefined ? undefined : { lo: number, hi: number }, portInterval(port, "-")];
    }
  }
}

function readAddress(word: string, family: 4 | 6): Interval | undefined {
  if (addressNumber(word.split(/[/-]/)[0]!) === undefined || familyOf(word) !== family) return undefined;
  return addressInterval(word);
}
