import type { Address } from "../../../core/address.ts";
import type { NetworkInterface } from "../../../core/network.ts";
import { parseAddressMessage } from "../addresses.ts";
import { readFileStatus } from "../file-mode.ts";
import { dumpNetlink, findAttribute, type NetlinkMessage } from "../netlink.ts";
import { NETLINK_ROUTE, readNumber, readString, RTM_GETADDR, RTM_GETLINK } from "./rtnetlink.ts";

/** struct ifinfomsg: family (1), padding (1), type (2), index (4), flags (4), change mask (4). */
const IFINFOMSG = 16;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
/** linux/if_link.h: nested, with the id of the program where there is one. */
const IFLA_XDP = 43;
const IFLA_XDP_PROG_ID = 4;
const IFF_UP = 0x1;
const IFF_LOOPBACK = 0x8;
const IFF_RUNNING = 0x40;
/** struct ifaddrmsg: see `../addresses.ts`. */
const IFADDRMSG = 8;

type Link = Omit<NetworkInterface, "addresses" | "wireless">;
type Assigned = { readonly index: number; readonly address: Address; readonly prefix: number };

/** Every interface of our network namespace; none where the sandbox around us keeps them from us. */
export function listInterfaces(): NetworkInterface[] {
  const links = dumpNetlink(NETLINK_ROUTE, RTM_GETLINK, new Uint8Array(IFINFOMSG), parseLink) ?? [];
  const assigned = dumpNetlink(NETLINK_ROUTE, RTM_GETADDR, new Uint8Array(IFADDRMSG), parseAssigned) ?? [];
  return links.map((link) => ({
    ...link,
    wireless: !link.loopback && isWireless(link.name),
    addresses: assigned.filter(({ index }) => index === link.index).map(({ address, prefix }) => ({ address, prefix })),
  }));
}

/** `up`: switched on, and with a carrier (a cable, a peer, a port of the bridge that has one). */
export function parseLink(message: NetlinkMessage): Link[] {
  const { view, at } = message;
  const name = readString(message, at + IFINFOMSG, IFLA_IFNAME);
  const mtu = readNumber(message, at + IFINFOMSG, IFLA_MTU);
  const flags = view.getUint32(at + 8, true);
  const xdp = readXdp(message);
  if (name === undefined) return [];
  return [
    {
      index: view.getInt32(at + 4, true),
      name,
      ...(mtu !== undefined && { mtu }),
      up: (flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) !== 0,
      loopback: (flags & IFF_LOOPBACK) !== 0,
      ...(xdp !== undefined && { xdp }),
    },
  ];
}

/** The id of the XDP program; of several at once the kernel tells none. */
function readXdp(message: NetlinkMessage): number | undefined {
  const nested = findAttribute(message, message.at + IFINFOMSG, IFLA_XDP);
  if (!nested) return undefined;
  return readNumber({ ...message, end: nested.at + nested.length }, nested.at, IFLA_XDP_PROG_ID);
}

function parseAssigned(message: NetlinkMessage): Assigned[] {
  const { view, at } = message;
  const place = { index: view.getUint32(at + 4, true), prefix: view.getUint8(at + 1) };
  return parseAddressMessage(message).map((address) => ({ ...place, address }));
}

function isWireless(name: string): boolean {
  return readFileStatus(`/sys/class/net/${name}/phy80211`) !== undefined;
}
