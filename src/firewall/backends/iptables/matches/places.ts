import type { Match } from "../../../model.ts";
import { type MatchReader, eachOption, field, fixed, isOneOf } from "../reader.ts";
import type { Option } from "../words.ts";

const TYPES: ReadonlySet<string> = new Set(["LOCAL", "UNICAST", "BROADCAST", "MULTICAST", "ANYCAST"]);

/** `--dst-type LOCAL`: what the routing table calls the address. */
export const readAddrtype: MatchReader = (options, family) => {
  const limit = options.find(({ name }) => name.startsWith("limit-iface-"));
  const by = limit && (limit.name === "limit-iface-in" ? "iif" : "oif");
  const types = options.filter(({ name }) => !name.startsWith("limit-iface-"));
  return eachOption((option) => readType(option, family, by))(types, family);
};

function readType({ name, values, not }: Option, family: 4 | 6, by: "iif" | "oif" | undefined): Match | undefined {
  const of = name === "src-type" ? "saddr" : name === "dst-type" ? "daddr" : undefined;
  const types = (values[0] ?? "").split(",");
  // IPv6 calls an address of our own unicast, too.
  const isKnown = types.every((type) => TYPES.has(type)) && !(family === 6 && types.includes("UNICAST"));
  if (!of || !isKnown) return undefined;
  return isOneOf(
    { kind: "fib", of, result: "type", by },
    types.map((type) => type.toLowerCase()),
    not,
  );
}

/** Whether the way back to the sender is the one it came by. */
export const readRpfilter: MatchReader = (options) => {
  const names = options.map(({ name }) => name);
  const isInverted = names.includes("invert");
  const match = isOneOf(
    { kind: "fib", of: "saddr", result: "exists", by: names.includes("loose") ? undefined : "iif" },
    [isInverted ? 0 : 1],
    false,
  );
  return [{ match, text: options.map(({ text }) => text).join(" ") }];
};

/** What a client sends to one address is never a broadcast. */
export const readPkttype = eachOption(({ name, values, not }) =>
  name === "pkt-type" ? fixed((values[0] === "unicast") !== not) : undefined,
);

const DIRECTIONS: ReadonlySet<string> = new Set(["src", "dst"]);

export const readSet = eachOption(({ name, values: [set, list = ""], not }) => {
  const dimensions = list.split(",");
  if (name !== "match-set" || set === undefined || !dimensions.every((each) => DIRECTIONS.has(each))) return undefined;
  return { kind: "ipset", name: set, dimensions: dimensions as ("src" | "dst")[], not };
});

/** A new connection has no helper that expected it. */
export const readHelper = eachOption(({ name, not }) => (name === "helper" ? fixed(not) : undefined));

/** Only Ethernet has them, which `lo` and what this machine sends do not show; which one it is can't be known. */
export const readMac: MatchReader = (options) => {
  const text = options.map((option) => option.text).join(" ");
  return [
    { match: isOneOf(field("iifname"), ["", "lo"], true), text },
    { match: { kind: "opaque", text }, text },
  ];
};

export const readPhysdev = eachOption(({ name, not }) =>
  name.startsWith("physdev-") ? { kind: "bridge-port", not } : undefined,
);
