import { type Address, addressBytes, addressFromBytes, parseAddress } from "./address.ts";

/** A network: every address that has its first `prefix` bits. Built by `cidrOf` and `parseCidr`, without host bits. */
export interface Cidr {
  readonly address: Address;
  /** 0 to 32, or to 128. */
  readonly prefix: number;
}

/** The network that this address lies in, its host bits and scope dropped. */
export function cidrOf(address: Address, prefix: number): Cidr {
  const bytes = addressBytes(address).map((byte, index) => byte & byteMask(prefix - 8 * index));
  return { address: addressFromBytes(bytes), prefix };
}

/** Reads `192.168.1.0/24`, `fd00::/8`, or an address alone; nothing where the text is neither. */
export function parseCidr(text: string): Cidr | undefined {
  const [place = "", bits, ...more] = text.split("/");
  const address = parseAddress(place);
  if (!address || more.length > 0 || address.scopeId !== 0) return undefined;
  if (bits === undefined) return cidrOf(address, bitsOf(address));
  if (!/^(?:0|[1-9]\d{0,2})$/.test(bits) || Number(bits) > bitsOf(address)) return undefined;
  return cidrOf(address, Number(bits));
}

/** `192.168.1.0/24`, always with its prefix. */
export function formatCidr({ address, prefix }: Cidr): string {
  return `${address.text}/${prefix}`;
}

export function cidrContains(network: Cidr, address: Address): boolean {
  if (network.address.family !== address.family) return false;
  return cidrOf(address, network.prefix).address.text === network.address.text;
}

/** Whether every address of `inner` is in `outer`. */
export function cidrCovers(outer: Cidr, inner: Cidr): boolean {
  return inner.prefix >= outer.prefix && cidrContains(outer, inner.address);
}

/** The two halves of a network; nothing where it is one address. */
export function halvesOf({ address, prefix }: Cidr): readonly [Cidr, Cidr] | undefined {
  if (prefix === bitsOf(address)) return undefined;
  const upper = addressBytes(address);
  upper[prefix >> 3]! |= 0x80 >> (prefix & 7);
  return [cidrOf(address, prefix + 1), cidrOf(addressFromBytes(upper), prefix + 1)];
}

function bitsOf({ family }: Address): number {
  return family === 4 ? 32 : 128;
}

/** The mask of a byte of which so many leading bits count. */
function byteMask(bits: number): number {
  return bits >= 8 ? 255 : bits <= 0 ? 0 : (255 << (8 - bits)) & 255;
}
