import { type Address, sameAddress } from "../../../core/address.ts";
import type { NeighbourState } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { AF_INET, AF_INET6 } from "../../unix/constants.ts";
import { dumpNetlink, type NetlinkMessage } from "../netlink.ts";
import { NETLINK_ROUTE, readAddress, RTM_GETNEIGH } from "./rtnetlink.ts";

/** struct ndmsg (linux/neighbour.h): family (1), padding (3), interface index (4), state (2), flags (1), type (1). */
const NDMSG = 12;
const NDA_DST = 1;
/** The kernel's NUD_ bits, and what they come to. */
const STATES: readonly (readonly [bits: number, state: NeighbourState])[] = [
  // Reachable, no ARP needed, permanent.
  [0x02 | 0x40 | 0x80, "reachable"],
  // Stale, and the two in which it is being asked again.
  [0x04 | 0x08 | 0x10, "stale"],
  [0x01, "incomplete"],
  [0x20, "failed"],
];

interface Neighbour {
  readonly address: Address;
  readonly state: NeighbourState;
}

/** On several interfaces at once, the one that can be reached counts: `none` where the table does not have it. */
export function findNeighbour(address: Address): Seen<NeighbourState> {
  const request = new Uint8Array(NDMSG);
  request[0] = address.family === 4 ? AF_INET : AF_INET6;
  const table = dumpNetlink(NETLINK_ROUTE, RTM_GETNEIGH, request, parseNeighbour);
  if (!table) return unseen("the kernel does not show its neighbour table here");
  const states = table.filter((each) => isWanted(each.address, address)).map(({ state }) => state);
  return seen(STATES.map(([, state]) => state).find((state) => states.includes(state)) ?? "none");
}

export function parseNeighbour(message: NetlinkMessage): Neighbour[] {
  const { view, at } = message;
  const address = readAddress(message, at + NDMSG, NDA_DST, view.getInt32(at + 4, true));
  const bits = view.getUint16(at + 8, true);
  const state = STATES.find(([mask]) => (bits & mask) !== 0)?.[1] ?? "none";
  return address ? [{ address, state }] : [];
}

/** A link-local address that is asked for without its interface is looked for on all of them. */
function isWanted(found: Address, wanted: Address): boolean {
  return sameAddress(wanted.scopeId === 0 ? { ...found, scopeId: 0 } : found, wanted);
}
