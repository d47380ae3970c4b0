import type { Field, Match } from "../../../model.ts";
import { own } from "../../../own.ts";
import { eachOption, field, isIn, isOneOf } from "../reader.ts";
import type { Option } from "../words.ts";

const OWNERS: Readonly<Record<string, Field>> = { "uid-owner": "skuid", "gid-owner": "skgid" };

/** Whose socket sends it: what is passed on for others has none, and then the opposite holds (xt_owner). */
export const readOwner = eachOption((option) => {
  const { name, not } = option;
  if (name === "socket-exists") return isOneOf(field("socket"), [1], not);
  const asked = readNumbers(option);
  return asked && { kind: "any", of: [asked], not };
});

/** `1000`, `0-999`. */
function readNumbers({ name, values }: Option): Match | undefined {
  const left = own(OWNERS, name);
  const [, lo, hi = lo] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(values[0] ?? "") ?? [];
  if (!left || lo === undefined) return undefined;
  return isIn(field(left), [{ lo: Number(lo), hi: Number(hi) }], false);
}
