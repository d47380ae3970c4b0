import { type Address, addressFromBytes, LOOPBACK4, LOOPBACK6, sameAddress } from "../../core/address.ts";
import { AF_INET } from "../unix/constants.ts";
import { copyBytes, dumpNetlink, findAttribute, type NetlinkMessage } from "./netlink.ts";

// linux/rtnetlink.h, linux/if_addr.h
const NETLINK_ROUTE = 0;
const RTM_GETADDR = 22;
/** struct ifaddrmsg: family (1), prefix length (1), flags (1), scope (1), interface index (4). */
const IFADDRMSG = 8;
const IFA_ADDRESS = 1;
/** On a point-to-point link this is our end, and IFA_ADDRESS the other's. */
const IFA_LOCAL = 2;

/** Every address of this machine that a socket can be bound to, the loopbacks first. */
export function listOwnAddresses(): Address[] {
  const found = dumpNetlink(NETLINK_ROUTE, RTM_GETADDR, new Uint8Array(IFADDRMSG), parseAddressMessage) ?? [];
  const all = [LOOPBACK4, LOOPBACK6, ...found];
  return all.filter((address, index) => all.findIndex((other) => sameAddress(address, other)) === index);
}

export function parseAddressMessage(message: NetlinkMessage): Address[] {
  const { view, at } = message;
  const attributes = at + IFADDRMSG;
  const value = findAttribute(message, attributes, IFA_LOCAL) ?? findAttribute(message, attributes, IFA_ADDRESS);
  if (!value) return [];
  const bytes = copyBytes(message, value.at, value.length);
  if (view.getUint8(at) === AF_INET) return [addressFromBytes(bytes)];
  return [addressFromBytes(bytes, isLinkLocal(bytes) ? view.getUint32(at + 4, true) : 0)];
}

/** fe80::/10: such an address means something on one interface only. */
export function isLinkLocal(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0x80;
}
