import type { Cidr } from "../../core/cidr.ts";
import { numberOf } from "../addresses.ts";

/** Where a range of addresses begins, and the first one behind its end. */
export function rangeBounds(first: bigint, last: bigint): readonly bigint[] {
  return [first, last + 1n];
}

export function networkBounds({ address, prefix }: Cidr): readonly bigint[] {
  const first = numberOf(address);
  const bits = BigInt((address.family === 4 ? 32 : 128) - prefix);
  return rangeBounds(first, first + (1n << bits) - 1n);
}
