import { networkInterfaces } from "node:os";
import { parseAddress } from "../../../core/address.ts";
import type { NetworkInterface } from "../../../core/network.ts";
import { readInterfaceRow } from "./interface-row.ts";

/** Its MTU is "without limit" there. */
const NO_LIMIT = 0xffff_ffff;

/** The interfaces that are up and have an address: others carry no connection. */
export function listInterfaces(): NetworkInterface[] {
  return Object.entries(networkInterfaces()).map(([name, addresses = []]) => {
    const row = readInterfaceRow(name);
    const scope = addresses.find((each) => each.family === "IPv6" && (each.scopeid ?? 0) > 0);
    return {
      index: row?.index ?? (scope?.family === "IPv6" ? (scope.scopeid ?? 0) : 0),
      name,
      ...(row && row.mtu > 0 && row.mtu !== NO_LIMIT && { mtu: row.mtu }),
      up: row?.up ?? true,
      loopback: row?.loopback ?? addresses.some(({ internal }) => internal),
      wireless: row?.wireless ?? false,
      addresses: addresses.flatMap((each) => {
        const address = parseAddress(each.address.split("%")[0] ?? "");
        const prefix = Number(each.cidr?.split("/")[1] ?? (each.family === "IPv4" ? 32 : 128));
        const scopeId = each.family === "IPv6" ? (each.scopeid ?? 0) : 0;
        return address ? [{ address: { ...address, scopeId }, prefix }] : [];
      }),
    };
  });
}
