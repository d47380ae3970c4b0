import { type Address, isAny } from "../../../core/address.ts";
import type { ConnectFailure } from "../../../core/network.ts";
import * as codes from "../error-codes.ts";

const FAILURES: ReadonlyMap<number, ConnectFailure> = new Map([
  [codes.WSAECONNREFUSED, "refused"],
  [codes.WSAECONNRESET, "reset"],
  [codes.WSAETIMEDOUT, "timed-out"],
  [codes.WSAEHOSTUNREACH, "host-unreachable"],
  [codes.WSAEHOSTDOWN, "host-unreachable"],
  [codes.WSAENETUNREACH, "network-unreachable"],
  [codes.WSAENETDOWN, "network-unreachable"],
  [codes.WSAEACCES, "prohibited"],
  [codes.WSAEINVAL, "invalid"],
  [codes.WSAENOPROTOOPT, "protocol-unreachable"],
  [codes.WSAEADDRNOTAVAIL, "no-local-port"],
  [codes.WSAEADDRINUSE, "no-local-port"],
  [codes.WSAENOBUFS, "no-local-port"],
  [codes.WSAEAFNOSUPPORT, "no-family"],
  [codes.WSAEPROTONOSUPPORT, "no-family"],
]);

const NAMES = new Map(Object.entries(codes).map(([name, number]) => [number, name]));

/** What Winsock's error says about the way to this address. */
export function failureOf(error: number, to: Address): ConnectFailure {
  // Nobody can be reached at 0.0.0.0 from Windows, and this is how it says so.
  if (error === codes.WSAEADDRNOTAVAIL && isAny(to)) return "invalid";
  return FAILURES.get(error) ?? "other";
}

/** `WSAECONNREFUSED (10061)` */
export function showError(error: number): string {
  const name = NAMES.get(error);
  return name === undefined ? `error ${error}` : `${name} (${error})`;
}
