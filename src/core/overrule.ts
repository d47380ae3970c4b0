import { type Address, ANY4, isAny, unmapAddress } from "./address.ts";
import type { Endpoint, Protocol } from "./endpoint.ts";

/** What a program gets instead of what it asks for; by takeover only. */
export interface Overrule {
  /** Where its sockets are bound, at most one address a family; empty: where it asks. */
  readonly bind: readonly Address[];
  /** The ports that it believes in, and the reserved ones that it gets. */
  readonly as: readonly PortOverrule[];
}

interface PortOverrule {
  readonly protocol: Protocol;
  readonly believed: number;
  readonly port: number;
}

export type Place = Pick<Endpoint, "address" | "dual">;

/**
 * Where a socket is bound that asks for this address; nothing where none of `bind` can be had by a socket of its family.
 * An IPv6 socket that takes IPv4 too gets an IPv4 address as its IPv4-mapped one (`::ffff:127.0.0.1`): it can't become a
 * socket of the other family, whose accept() would answer addresses that the program does not expect.
 */
export function overruleAddress(asked: Address, v6Only: boolean, bind: readonly Address[]): Place | undefined {
  if (bind.length === 0) return { address: asked, dual: asked.text === "::" && !v6Only };
  const v4 = bind.find(({ family }) => family === 4) ?? (bind.some(isAny) ? ANY4 : undefined);
  const v6 = bind.find(({ family }) => family === 6);
  if (asked.family === 4) return v4 && single(v4);
  if (v6Only) return v6 && single(v6);
  if (unmapAddress(asked).family === 4) return v4 && single(mapAddress(v4));
  if (asked.text !== "::") return v6 ? single(v6) : v4 && single(mapAddress(v4));
  if (v6?.text === "::") return { address: v6, dual: true };
  // It stood for both families, and can be at one address: most clients come to the IPv4 one.
  return v4 ? single(mapAddress(v4)) : v6 && single(v6);
}

/** What must be held so that `overruleAddress` can be obeyed. */
export function holdForBind(bind: readonly Address[]): readonly Address[] | "every" {
  if (bind.some(({ text }) => text === "::")) return "every";
  return bind.flatMap((address) => (address.family === 4 ? [address, mapAddress(address)] : [address]));
}

function mapAddress({ text }: Address): Address {
  return { family: 6, text: `::ffff:${text}`, scopeId: 0 };
}

function single(address: Address): Place {
  return { address, dual: false };
}
