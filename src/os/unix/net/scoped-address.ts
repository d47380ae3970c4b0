import { type Address, parseAddress } from "../../../core/address.ts";
import { lazyLibc } from "../libc.ts";

const libc = lazyLibc({ if_nametoindex: { args: ["ptr"], returns: "u32" } });

/** The number of an interface of this machine; 0 where there is none of that name. */
export function indexOfInterface(name: string): number {
  return libc().if_nametoindex(Buffer.from(`${name}\0`));
}

/** An address as the system writes it, `fe80::1%eth0` too; nothing where it is none. */
export function parseScopedAddress(text: string): Address | undefined {
  const [host = "", zone] = text.split("%");
  if (zone === undefined || /^[0-9]+$/.test(zone)) return parseAddress(text);
  const address = parseAddress(host);
  return address && { ...address, scopeId: indexOfInterface(zone) };
}
