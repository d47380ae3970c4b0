import { networkInterfaces } from "node:os";
import { type Address, LOOPBACK4, LOOPBACK6, parseAddress, sameAddress } from "../core/address.ts";

/** Every address of this machine that a socket can be bound to, the loopbacks first. */
export function listOwnAddresses(): Address[] {
  const found = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .flatMap((each) => {
      const address = parseAddress(each.address.split("%")[0] ?? "");
      return address ? { ...address, scopeId: each.family === "IPv6" ? (each.scopeid ?? 0) : 0 } : [];
    });
  const all = [LOOPBACK4, LOOPBACK6, ...found];
  return all.filter((address, index) => all.findIndex((other) => sameAddress(address, other)) === index);
}
