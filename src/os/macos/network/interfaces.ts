import { networkInterfaces } from "node:os";
import { parseAddress } from "../../../core/address.ts";
import type { NetworkInterface } from "../../../core/network.ts";
import { AF_INET, SOCK_DGRAM } from "../../unix/constants.ts";
import { closeFd } from "../../unix/files.ts";
import { indexOfInterface } from "../../unix/net/scoped-address.ts";
import { openSocket } from "../../unix/sockets.ts";
import { readMtu, readsAsWireless } from "./interface-requests.ts";

/** The interfaces that are up and have an address: others carry no connection. */
export function listInterfaces(): NetworkInterface[] {
  const fd = openSocket(AF_INET, SOCK_DGRAM);
  try {
    return Object.entries(networkInterfaces()).map(([name, addresses = []]) => {
      const mtu = readMtu(fd, name);
      return {
        index: indexOfInterface(name),
        name,
        ...(mtu !== undefined && { mtu }),
        up: true,
        loopback: addresses.some(({ internal }) => internal),
        wireless: readsAsWireless(fd, name),
        addresses: addresses.flatMap((each) => {
          const address = parseAddress(each.address.split("%")[0] ?? "");
          const prefix = Number(each.cidr?.split("/")[1] ?? (each.family === "IPv4" ? 32 : 128));
          const scopeId = each.family === "IPv6" ? (each.scopeid ?? 0) : 0;
          return address ? [{ address: { ...address, scopeId }, prefix }] : [];
        }),
      };
    });
  } finally {
    if (fd >= 0) closeFd(fd);
  }
}
