import { isLoopback, unmapAddress } from "./address.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Reservation } from "./reservation.ts";
import type { ProcessInfo } from "./socket.ts";

/** One place on this machine that somebody has: a row of `portguard list`. */
export interface Listed {
  readonly at: Endpoint;
  /** `open`: a UDP socket. `held`: reserved, and nobody serves there yet. */
  readonly state: "listening" | "open" | "held";
  /** Who has it; nothing where the system doesn't show it. */
  readonly process?: ProcessInfo;
  /** How many further processes share the socket (workers). */
  readonly sharedWith: number;
  /** Numeric owner, where the table tells (Unix). */
  readonly uid?: number;
  /** Whose it is, where `process` does not tell. */
  readonly user?: string;
  /** The one that it belongs to. */
  readonly reservation?: Reservation;
}

/** Whether other machines can reach it, as far as its address goes: a firewall may stop them, and nobody serves what is held. */
export function isOpenToOthers({ at, state }: Pick<Listed, "at" | "state">): boolean {
  return state !== "held" && !isLoopback(unmapAddress(at.address));
}
