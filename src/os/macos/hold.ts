import { type Address, ANY4, ANY6, isAny, sameAddress } from "../../core/address.ts";
import { type Endpoint, overlaps } from "../../core/endpoint.ts";
import { fail } from "../../core/error.ts";
import type { HoldOutcome, HoldRequest } from "../../core/os.ts";
import type { SocketRow } from "../../core/socket.ts";
import { listOwnAddresses } from "../own-addresses.ts";
import { EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EPERM, SO_REUSEADDR, SOL_SOCKET } from "../unix/constants.ts";
import { closeFd } from "../unix/files.ts";
import { findFreePort } from "../unix/free-port.ts";
import { bindSocket, openSocketFor, setOption } from "../unix/sockets.ts";
import { MacHold, type Member } from "./mac-hold.ts";
import { explainDenial } from "./refusal.ts";
import { listSockets, socketOfFd } from "./sockets.ts";

const RETRIES_FOR_ANY = 32;

type Refused = Exclude<HoldOutcome, { kind: "held" }>;

/**
 * Takes a port on every address asked for, or nothing. No socket of macOS keeps the whole port: a newcomer with
 * SO_REUSEADDR may bind any address that is not itself bound (in_pcbbind of xnu). So every single address is held, and
 * what can't be held is an address that the machine gets later.
 */
export function holdPort(request: HoldRequest): HoldOutcome {
  if (request.port !== 0) return holdExactly(request);
  for (let attempt = 1; ; attempt++) {
    const outcome = holdExactly({ ...request, port: findFreePort(listEndpoints(request, listOwnAddresses())[0]!) });
    if (outcome.kind === "held" || attempt === RETRIES_FOR_ANY) return outcome;
  }
}

function holdExactly(request: HoldRequest): HoldOutcome {
  const wanted = listEndpoints(request, listOwnAddresses());
  const members: Member[] = [];
  const refused = bindAll(wanted, members, request.hosts !== "every");
  if (!refused) return { kind: "held", hold: new MacHold(request.protocol, request.port, members) };
  for (const { fd } of members) closeFd(fd);
  return refused;
}

function bindAll(wanted: readonly Endpoint[], members: Member[], explicit: boolean): Refused | undefined {
  for (const at of wanted) {
    const fd = openSocketFor(at);
    const error = fd < 0 ? -fd : bindBeside(fd, at, members);
    if (error === 0) members.push({ at, fd, id: socketOfFd(fd) });
    else if (fd >= 0) closeFd(fd);
    // Not there at all (no IPv6), or privileged while the wildcard is not: nobody asked for this very address.
    const passed = error === 0 || (!explicit && (isAbsent(error) || (error === EACCES && !isAny(at.address))));
    if (!passed) return judgeError(at, error, members);
  }
  if (members.length === 0) return { kind: "not-local", at: wanted[0]! };
  const slippedIn = othersOn(wanted[0]!, members).find(
    (row) => isLive(row) && wanted.some((at) => overlaps(row.at, at)),
  );
  return slippedIn && { kind: "busy", at: slippedIn.at };
}

/**
 * Binds plainly, so that of two starters one wins. That also fails beside our own members and over connections that are
 * closing; then SO_REUSEADDR gets past both, but never onto an address that somebody has bound. The error number, or 0.
 */
function bindBeside(fd: number, at: Endpoint, members: readonly Member[]): number {
  const plain = -bindSocket(fd, at.address, at.port);
  if (plain !== EADDRINUSE) return plain;
  if (othersOn(at, members).some((row) => isLive(row) && overlaps(row.at, at))) return plain;
  setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  const shared = -bindSocket(fd, at.address, at.port);
  setOption(fd, SOL_SOCKET, SO_REUSEADDR, 0);
  return shared;
}

function judgeError(at: Endpoint, error: number, members: readonly Member[]): Refused {
  if (error === EADDRINUSE) {
    const others = othersOn(at, members);
    // Of another user: ours would not have been in the way.
    return { kind: others.length > 0 && !others.some(isLive) ? "lingering" : "busy", at };
  }
  if (isAbsent(error)) return { kind: "not-local", at };
  if (error === EACCES || error === EPERM) {
    return { kind: "denied", at, refusal: explainDenial(at.port, at.address.text) };
  }
  return fail(
    "INTERNAL",
    `port ${at.port} can't be bound (error ${error})`,
    "run `ulimit -n` to see the limit on open files",
  );
}

function othersOn({ port, protocol }: Endpoint, members: readonly Member[]): SocketRow[] {
  const rows = listSockets({
    port,
    protocol,
    states: ["listen", "bound", "open", "established", "time-wait", "other"],
  });
  return rows.filter((row) => !members.some(({ id }) => id === row.id));
}

function isLive({ state }: SocketRow): boolean {
  return state === "listen" || state === "bound" || state === "open";
}

function isAbsent(error: number): boolean {
  return error === EADDRNOTAVAIL || error === EAFNOSUPPORT;
}

/**
 * What to hold for a request. A wildcard stands for every address of its family; `::` for IPv4, too. The order is the one
 * that the kernel allows: a `::` for both families may be bound after 0.0.0.0, not before it.
 */
export function listEndpoints({ protocol, port, hosts }: HoldRequest, own: readonly Address[]): Endpoint[] {
  const asked = hosts === "every" ? [ANY6] : hosts;
  const addresses = asked.flatMap((host) => {
    if (!isAny(host)) return [host];
    return host.family === 4 ? [ANY4, ...own.filter(({ family }) => family === 4)] : [ANY4, ANY6, ...own];
  });
  return addresses
    .filter((each, index) => addresses.findIndex((other) => sameAddress(each, other)) === index)
    .toSorted((a, b) => rank(a) - rank(b))
    .map((address) => ({ protocol, address, port, dual: address.text === ANY6.text }));
}

function rank(address: Address): number {
  if (!isAny(address)) return 2;
  return address.family === 4 ? 0 : 1;
}
