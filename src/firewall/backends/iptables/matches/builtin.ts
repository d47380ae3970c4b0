import { addressInterval, addressNumber } from "../../../addresses.ts";
import type { Expr, Match } from "../../../model.ts";
import { protocolNumber } from "../../../protocols.ts";
import { eachOption, field, fixed, isIn, isOneOf } from "../reader.ts";

/** What needs no `-m`: protocol, addresses, interfaces, fragments. */
export const readBuiltin = eachOption((option) => {
  const value = option.values[0] ?? "";
  switch (option.name) {
    case "p":
      return readProtocol(value, option.not);
    case "s":
      return readPlace(field("saddr"), value, option.not);
    case "d":
      return readPlace(field("daddr"), value, option.not);
    case "i":
      return readInterface(field("iifname"), value, option.not);
    case "o":
      return readInterface(field("oifname"), value, option.not);
    case "f":
      return fixed(option.not);
  }
  return undefined;
});

function readProtocol(name: string, not: boolean): Match | undefined {
  if (name === "all" || name === "0") return fixed(!not);
  const number = protocolNumber(name);
  return number === undefined ? undefined : isOneOf(field("l4proto"), [number], not);
}

/** Masks need not be prefixes: `10.0.0.1/255.0.0.255`. */
function readPlace(left: Expr, text: string, not: boolean): Match | undefined {
  const interval = addressInterval(text);
  if (interval) return isIn(left, [interval], not);
  const [place = "", maskText = ""] = text.split("/");
  const [number, mask] = [addressNumber(place), addressNumber(maskText)];
  if (number === undefined || mask === undefined) return undefined;
  const masked: Expr = { kind: "bits", op: "&", left, right: { kind: "const", value: mask } };
  return isOneOf(masked, [number & mask], not);
}

/** `eth+` stands for every name that begins so. */
function readInterface(left: Expr, name: string, not: boolean): Match | undefined {
  if (name.endsWith("+")) return isIn(left, [{ prefix: name.slice(0, -1) }], not);
  return isOneOf(left, [name], not);
}
