import {
  type Address,
  ANY4,
  ANY6,
  isAny,
  isLoopback,
  LOOPBACK4,
  LOOPBACK6,
  sameAddress,
  unmapAddress,
} from "../../core/address.ts";
import { type Endpoint, overlaps } from "../../core/endpoint.ts";
import { fail } from "../../core/error.ts";
import type { Hold, HoldOutcome, HoldRequest } from "../../core/os.ts";
import { EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EPERM } from "../unix/constants.ts";
import { closeFd } from "../unix/files.ts";
import { findFreePort } from "../unix/free-port.ts";
import { bindSocket, openSocketFor } from "../unix/sockets.ts";
import { listOwnAddresses } from "./addresses.ts";
import { HeldSet } from "./held-set.ts";
import { lockPort } from "./port-lock.ts";
import { privilegedPort } from "./refusal.ts";
import { readSocketTable } from "./socket-table.ts";

/** An address of the loopback network that no connection ever uses: a plain bind on it conflicts with live sockets only. */
const BARRIER: Address = { family: 4, text: "127.213.187.94", scopeId: 0 };
const RETRIES_FOR_ANY = 32;

/** Takes a port on every address asked for, or nothing. See `HeldSet` for how it is kept. */
export function holdPort(request: HoldRequest): HoldOutcome {
  if (request.port !== 0) return holdExactly(request);
  for (let attempt = 1; ; attempt++) {
    const port = findFreePort(endpointsOf(request)[0]!);
    const outcome = holdExactly({ ...request, port });
    if (outcome.kind === "held" || attempt === RETRIES_FOR_ANY) return outcome;
  }
}

function holdExactly(request: HoldRequest): HoldOutcome {
  const wanted = endpointsOf(request);
  const first = wanted[0]!;
  // Whoever has the lock is binding this port at this moment: it is theirs, or nobody's in a millisecond.
  using lock = lockPort(request.port, request.protocol);
  if (!lock) return { kind: "busy", at: first };
  const set = new HeldSet({ protocol: request.protocol, port: request.port, wanted, members: [] });
  const refused = bindAll(set, wanted, request.hosts);
  if (!refused) return { kind: "held", hold: new LinuxHold(set) };
  set.release();
  return refused;
}

type Refused = Exclude<HoldOutcome, { kind: "held" }>;

/**
 * Binds the whole set: plainly what overlaps nothing that is ours yet (these are the arbiters between starters, the widest
 * first), then the others beside them.
 */
function bindAll(set: HeldSet, wanted: readonly Endpoint[], hosts: HoldRequest["hosts"]): Refused | undefined {
  const lingering: Endpoint[] = [];
  const beside: Endpoint[] = [];
  for (const at of wanted) {
    if ([...set.members.map((member) => member.at), ...lingering].some((ours) => overlaps(ours, at))) {
      beside.push(at);
      continue;
    }
    const error = bindPlainly(set, at);
    if (error === EADDRINUSE && onlyClosingConnections(at)) lingering.push(at);
    else if (error !== 0 && !(isAbsent(error) && isOptional(at, hosts))) return refusal(at, error);
  }
  const failed = lingering.length > 0 ? crossPastClosing(set, [...lingering, ...beside]) : set.cross(beside);
  return failed ? judgeFailures(set, failed, hosts) : { kind: "busy", at: lingering[0]! };
}

/** What the failed binds of a crossing mean, and whether somebody slipped in while it was open. */
function judgeFailures(
  set: HeldSet,
  failed: ReadonlyMap<Endpoint, number>,
  hosts: HoldRequest["hosts"],
): Refused | undefined {
  for (const [at, error] of failed) {
    if (isAbsent(error) && isOptional(at, hosts)) continue;
    if (error === EADDRINUSE && onlyClosingConnections(at)) return { kind: "lingering", at };
    return refusal(at, error);
  }
  if (set.members.length === 0) return { kind: "not-local", at: set.wanted[0]! };
  const [stranger] = set.strangers();
  return stranger ? { kind: "busy", at: stranger.at } : undefined;
}

function bindPlainly(set: HeldSet, at: Endpoint): number {
  const fd = openSocketFor(at);
  if (fd < 0) return -fd;
  const bound = bindSocket(fd, at.address, at.port);
  if (bound < 0) closeFd(fd);
  else set.adopt(at, fd);
  return -bound;
}

/**
 * TIME_WAIT connections refuse a plain bind, so these are bound with SO_REUSEADDR. The kernel remembers for such a port
 * that it may be shared, and would go on letting others bind; a plain bind on an address that nobody uses makes it forget.
 * Nothing where that bind shows the port to be held after all.
 */
function crossPastClosing(set: HeldSet, endpoints: readonly Endpoint[]): Map<Endpoint, number> | undefined {
  const fd = openSocketFor({ protocol: "tcp", address: BARRIER, dual: false });
  try {
    if (fd < 0 || bindSocket(fd, BARRIER, set.port) === -EADDRINUSE) return undefined;
    return set.cross(endpoints, [fd]);
  } finally {
    if (fd >= 0) closeFd(fd);
  }
}

/** Whether the port is refused only because of connections that are closing: none listens, none is merely bound. */
function onlyClosingConnections(at: Endpoint): boolean {
  if (at.protocol === "udp") return false;
  const rows = readSocketTable({
    port: at.port,
    protocol: at.protocol,
    states: ["listen", "bound", "established", "time-wait", "other"],
  });
  return rows.length > 0 && rows.every(({ state }) => state !== "listen" && state !== "bound");
}

/**
 * Whether the hold is whole on a machine without this address: it is only one of those that a wildcard stands for, or one
 * of both loopbacks (`localhost`), of which a machine without IPv6 has one, or an IPv4 address once more, as IPv6 maps it.
 */
function isOptional({ address }: Endpoint, hosts: HoldRequest["hosts"]): boolean {
  const isAsked = (wanted: Address) => hosts !== "every" && hosts.some((host) => sameAddress(host, wanted));
  if (address.family === 6 && unmapAddress(address).family === 4 && isAsked(unmapAddress(address))) return true;
  return !isAsked(address) || (isLoopback(address) && isAsked(LOOPBACK4) && isAsked(LOOPBACK6));
}

function isAbsent(error: number): boolean {
  return error === EADDRNOTAVAIL || error === EAFNOSUPPORT;
}

function refusal(at: Endpoint, error: number): Refused {
  if (error === EADDRINUSE) return { kind: "busy", at };
  if (isAbsent(error)) return { kind: "not-local", at };
  if (error === EACCES || error === EPERM) return { kind: "denied", at, refusal: privilegedPort(at.port) };
  return fail(
    "INTERNAL",
    `port ${at.port} can't be bound (error ${error})`,
    "run `ulimit -n` to see the limit on open files",
  );
}

/** What to hold for a request, the widest first. A wildcard stands for every address of its family. */
function endpointsOf({ protocol, port, hosts }: HoldRequest): Endpoint[] {
  const own = [LOOPBACK4, LOOPBACK6, ...listOwnAddresses()];
  const asked = hosts === "every" ? [ANY6] : hosts;
  const addresses = asked.flatMap((host) => {
    if (!isAny(host)) return [{ address: host, dual: false }];
    if (host.family === 4) return [ANY4, ...own.filter(({ family }) => family === 4)].map(single);
    return [{ address: ANY6, dual: true }, ...[ANY4, ANY6, ...own].map(single)];
  });
  return addresses
    .filter(
      (each, index) =>
        addresses.findIndex((other) => other.dual === each.dual && sameAddress(other.address, each.address)) === index,
    )
    .toSorted((a, b) => width(b) - width(a))
    .map(({ address, dual }) => ({ protocol, address, port, dual }));
}

function single(address: Address) {
  return { address, dual: false };
}

function width({ address, dual }: { address: Address; dual: boolean }): number {
  if (dual) return 2;
  return isAny(address) ? 1 : 0;
}

/** The hold that callers see. */
export class LinuxHold implements Hold {
  constructor(readonly set: HeldSet) {}

  get protocol() {
    return this.set.protocol;
  }

  get port() {
    return this.set.port;
  }

  get members() {
    return this.set.members.map(({ at }) => at);
  }

  listenOn(address: Address, backlog: number) {
    const member = this.set.members.find(
      ({ at }) => sameAddress(at.address, address) && at.dual === (address.text === "::"),
    );
    if (!member)
      return fail("NOT_LOCAL", `${address.text} is not one of the addresses that are held`, "name it with `--host`");
    const done = this.set.listen(member, backlog);
    if (done < 0)
      fail(
        "HANDOFF_REFUSED",
        `${address.text} port ${this.port} can't listen (error ${-done})`,
        "try `--handoff release`",
      );
    return { fd: member.fd, at: member.at };
  }

  giveWay(): boolean {
    this.set.share(true);
    return true;
  }

  takeBack(): boolean {
    this.set.share(false);
    return this.set.strangers().length === 0;
  }

  release(): void {
    this.set.release();
  }

  /** The sockets are somebody else's from now on. */
  surrender(): void {
    this.set.members = [];
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
