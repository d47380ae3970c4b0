import { constants } from "node:os";
import type { ConnectFailure } from "../../../core/network.ts";
import {
  EACCES,
  EADDRINUSE,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  ECONNREFUSED,
  ECONNRESET,
  EHOSTDOWN,
  EHOSTUNREACH,
  EINVAL,
  ENETDOWN,
  ENETUNREACH,
  ENOPROTOOPT,
  EPERM,
  EPROTONOSUPPORT,
  ETIMEDOUT,
} from "../constants.ts";

const FAILURES: ReadonlyMap<number, ConnectFailure> = new Map([
  [ECONNREFUSED, "refused"],
  [ECONNRESET, "reset"],
  [ETIMEDOUT, "timed-out"],
  [EHOSTUNREACH, "host-unreachable"],
  [EHOSTDOWN, "host-unreachable"],
  [ENETUNREACH, "network-unreachable"],
  [ENETDOWN, "network-unreachable"],
  [EACCES, "prohibited"],
  [EPERM, "prohibited"],
  [EINVAL, "invalid"],
  [ENOPROTOOPT, "protocol-unreachable"],
  [EADDRNOTAVAIL, "no-local-port"],
  // Said by the bind() of an address of ours, to no port in particular.
  [EADDRINUSE, "no-local-port"],
  [EAFNOSUPPORT, "no-family"],
  [EPROTONOSUPPORT, "no-family"],
]);

const NAMES = new Map([
  ...Object.entries(constants.errno).map(([name, number]) => [number, name] as const),
  [EHOSTDOWN, "EHOSTDOWN"] as const,
]);

/** What an error number of connect(), bind() or send() says about the way to the target. */
export function failureOf(error: number): ConnectFailure {
  return FAILURES.get(error) ?? "other";
}

/** `ECONNREFUSED (111)`, with this system's own number. */
export function showError(error: number): string {
  const name = NAMES.get(error);
  return name === undefined ? `error ${error}` : `${name} (${error})`;
}
