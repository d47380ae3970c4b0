import type { Address } from "../../core/address.ts";
import { cidrContains, parseCidr } from "../../core/cidr.ts";

/** How public an address is: the words of the Local Network Access draft. */
export type AddressSpace = "loopback" | "local" | "public";

const networks = (...texts: readonly string[]) => texts.flatMap((text) => parseCidr(text) ?? []);

const LOOPBACK = networks("127.0.0.0/8", "::1/128", "0.0.0.0/32", "::/128");
/** RFC 1918, 3927, 6598, 4193, 4291. */
const LOCAL = networks(
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "100.64.0.0/10",
  "fc00::/7",
  "fe80::/10",
);
const LINK_LOCAL = networks("fe80::/10");

export function spaceOf(address: Address): AddressSpace {
  if (LOOPBACK.some((network) => cidrContains(network, address))) return "loopback";
  return LOCAL.some((network) => cidrContains(network, address)) ? "local" : "public";
}

/** An IPv6 address that means something on one link only. */
export function isLinkLocal6(address: Address): boolean {
  return LINK_LOCAL.some((network) => cidrContains(network, address));
}
