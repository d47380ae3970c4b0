import type { Address } from "../../../core/address.ts";
import type { Endpoint } from "../../../core/endpoint.ts";
import { closeFd } from "../files.ts";
import { nameOf } from "../sockets.ts";
import { openClient, startConnect } from "./client-socket.ts";

/** Any port: to connect a UDP socket sends nothing. */
const DISCARD = 9;

/** The address of ours that packets to this one would come from; nothing where there is no way. */
export function findSource(to: Address): Address | undefined {
  const at: Endpoint = { protocol: "udp", address: to, port: DISCARD, dual: false };
  const fd = openClient(at);
  if (fd < 0) return undefined;
  try {
    return startConnect(fd, at) < 0 ? undefined : nameOf(fd)?.address;
  } finally {
    closeFd(fd);
  }
}
