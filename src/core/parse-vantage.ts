import { isLoopback, parseAddress } from "./address.ts";
import { fail } from "./error.ts";
import type { Vantage } from "./target.ts";

const SHAPES = "it is here, lan, internet, container, an address or a network as in 192.168.1.0/24";

/** Reads who would connect: `here`, `lan`, `internet`, `container`, an address or a network (CIDR). Throws BAD_ADDRESS. */
export function parseVantage(text: string): Vantage {
  switch (text.toLowerCase()) {
    case "here":
      return { kind: "here" };
    case "lan":
      return { kind: "lan" };
    case "internet":
      return { kind: "internet" };
    case "container":
      return { kind: "container" };
  }
  const [place = "", bits, ...more] = text.split("/");
  const address = parseAddress(place);
  if (!address || more.length > 0) return fail("BAD_ADDRESS", `\`${text}\` is not a place to connect from`, SHAPES);
  const most = address.family === 4 ? 32 : 128;
  // A loopback address is nobody else's.
  if (bits === undefined && isLoopback(address)) return { kind: "here" };
  if (bits === undefined) return { kind: "network", address, prefix: most };
  if (!/^(?:0|[1-9]\d{0,2})$/.test(bits) || Number(bits) > most) {
    return fail("BAD_ADDRESS", `\`/${bits}\` is not the length of a prefix`, `it is 0 to ${most} for ${address.text}`);
  }
  return { kind: "network", address, prefix: Number(bits) };
}
