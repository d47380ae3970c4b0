import { type Address, addressFromBytes } from "../../../core/address.ts";
import { isLinkLocal } from "../addresses.ts";
import { copyBytes, findAttribute, type NetlinkMessage } from "../netlink.ts";

// linux/rtnetlink.h
export const NETLINK_ROUTE = 0;
export const RTM_GETLINK = 18;
export const RTM_GETADDR = 22;
export const RTM_GETROUTE = 26;
export const RTM_GETNEIGH = 30;

/** An attribute that is an address; nothing where it is missing or of another length. */
export function readAddress(
  message: NetlinkMessage,
  from: number,
  attribute: number,
  scopeId: number,
): Address | undefined {
  const found = findAttribute(message, from, attribute);
  if (!found || (found.length !== 4 && found.length !== 16)) return undefined;
  return scopedAddress(copyBytes(message, found.at, found.length), scopeId);
}

/** An address as we have it everywhere: the interface belongs to it only where it is link-local. */
export function scopedAddress(bytes: Uint8Array, scopeId: number): Address {
  return addressFromBytes(bytes, isLinkLocal(bytes) ? scopeId : 0);
}

/** A 32-bit attribute of this machine's byte order. */
export function readNumber(message: NetlinkMessage, from: number, attribute: number): number | undefined {
  const found = findAttribute(message, from, attribute);
  return found && found.length >= 4 ? message.view.getUint32(found.at, true) : undefined;
}

/** A NUL-terminated attribute. */
export function readString(message: NetlinkMessage, from: number, attribute: number): string | undefined {
  const found = findAttribute(message, from, attribute);
  if (!found) return undefined;
  const bytes = copyBytes(message, found.at, found.length);
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString("utf8");
}
