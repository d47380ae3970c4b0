import { type Address, formatHostPort } from "./address.ts";

export type Protocol = "tcp" | "udp";

/** One place that can be listened on: address, port and protocol. */
export interface Endpoint {
  readonly protocol: Protocol;
  readonly address: Address;
  readonly port: number;
  /** An IPv6 wildcard that takes IPv4 too (IPV6_V6ONLY off). Meaningless, and false, for anything but `::`. */
  readonly dual: boolean;
}

/** `127.0.0.1:8000`, `[::]:8000`, `0.0.0.0:53/udp`. */
export function formatEndpoint(at: Endpoint): string {
  return formatHostPort(at.address, at.port) + (at.protocol === "udp" ? "/udp" : "");
}

/** Whether two sockets on these endpoints would compete for a port (the kernel's view, options aside). */
export function overlaps(a: Endpoint, b: Endpoint): boolean {
  return a.protocol === b.protocol && a.port === b.port && addressesOverlap(a, b);
}

function addressesOverlap(a: Endpoint, b: Endpoint): boolean {
  const [v4a, v6a] = reach(a);
  const [v4b, v6b] = reach(b);
  return covers(v4a, v4b, "0.0.0.0") || covers(v6a, v6b, "::");
}

function covers(a: string | undefined, b: string | undefined, any: string): boolean {
  if (a === undefined || b === undefined) return false;
  return a === b || a === any || b === any;
}

/** What an endpoint occupies in each family: an address, the wildcard, or nothing. */
function reach({ address, dual }: Endpoint): [v4: string | undefined, v6: string | undefined] {
  if (address.family === 4) return [address.text, undefined];
  const mapped = /^::ffff:([0-9.]+)$/.exec(address.text)?.[1];
  if (mapped !== undefined) return [mapped, undefined];
  if (address.text === "::") return [dual ? "0.0.0.0" : undefined, "::"];
  return [undefined, `${address.text}%${address.scopeId}`];
}
