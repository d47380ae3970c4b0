import { type Address, ANY4, ANY6 } from "../../core/address.ts";
import { type Endpoint, formatEndpoint, overlaps, type Protocol } from "../../core/endpoint.ts";
import { fail } from "../../core/error.ts";
import type { Hold, HoldOutcome, HoldRequest, Refusal } from "../../core/os.ts";
import type { SocketRow } from "../../core/socket.ts";
import { WSAEACCES, WSAEADDRINUSE, WSAEADDRNOTAVAIL, WSAEAFNOSUPPORT } from "./error-codes.ts";
import { explainRefusal } from "./refusal.ts";
import { listSockets } from "./sockets.ts";
import { bindExclusively, type BoundSocket, closeSocket } from "./winsock.ts";

/** How many ports of the system's choice are tried until one is free in both families. */
const RETRIES_FOR_ANY = 32;

/** An address of the loopback network that no connection ever uses. */
const ASIDE: Address = { family: 4, text: "127.213.187.94", scopeId: 0 };

type Refused = Exclude<HoldOutcome, { kind: "held" }>;

/** What the system says about a port that it refused, beyond the error number. */
export interface RefusalFacts {
  readonly rows: readonly SocketRow[];
  /** Asked only where nobody is seen to have the port: it starts a program. */
  readonly refusal: () => Refusal | undefined;
}

/** Takes a port on every address asked for, or nothing. Windows' exclusive sockets need no further arbiter. */
export function holdPort(request: HoldRequest): HoldOutcome {
  const wanted = endpointsOf(request);
  const skipAbsent = request.hosts === "every";
  for (let attempt = 1; ; attempt++) {
    const outcome = bindAll(wanted, skipAbsent);
    const again = request.port === 0 && outcome.kind === "busy" && attempt < RETRIES_FOR_ANY;
    if (!again) return outcome;
  }
}

function endpointsOf({ protocol, port, hosts }: HoldRequest): Endpoint[] {
  const addresses = hosts === "every" ? [ANY4, ANY6] : hosts;
  return addresses.map((address) => ({ protocol, address, port, dual: false }));
}

/** The first member chooses the port where 0 was asked for, and the others follow it. */
function bindAll(wanted: readonly Endpoint[], skipAbsent: boolean): HoldOutcome {
  const bound: BoundSocket[] = [];
  for (const each of wanted) {
    const at = { ...each, port: bound[0]?.at.port ?? each.port };
    const result = bindExclusively(at);
    if (typeof result !== "number") bound.push(result);
    else if (!(skipAbsent && isAbsent(result))) {
      for (const { socket } of bound) closeSocket(socket);
      return classifyRefusal(at, result, {
        rows: listSockets({
          port: at.port,
          protocol: at.protocol,
          states: ["listen", "bound", "open", "established", "time-wait", "other"],
        }),
        refusal: () => explainRefusal(at.port, at.protocol),
      });
    }
  }
  if (bound.length === 0) return { kind: "not-local", at: wanted[0]! };
  return { kind: "held", hold: new WindowsHold(bound) };
}

/** A machine without IPv6 (or IPv4) refuses its sockets, or its addresses. */
function isAbsent(error: number): boolean {
  return error === WSAEAFNOSUPPORT || error === WSAEADDRNOTAVAIL;
}

/**
 * What a refused bind means. 10013 is said of excluded ranges and policies, but of live sockets too, so the socket table
 * decides between them.
 */
export function classifyRefusal(at: Endpoint, error: number, facts: RefusalFacts): Refused {
  if (isAbsent(error)) return { kind: "not-local", at };
  if (error !== WSAEADDRINUSE && error !== WSAEACCES) {
    return fail(
      "INTERNAL",
      `${formatEndpoint(at)} can't be bound (error ${error})`,
      `look it up with \`net helpmsg ${error}\``,
    );
  }
  const rows = facts.rows.filter((row) => overlaps(row.at, at));
  if (rows.length > 0) return { kind: rows.every((row) => row.state === "time-wait") ? "lingering" : "busy", at };
  // Windows shows no socket that is bound and does not listen: another portguard's hold is one.
  if (error === WSAEADDRINUSE) return { kind: "busy", at };
  const refusal = facts.refusal();
  return refusal ? { kind: "denied", at, refusal } : { kind: "busy", at };
}

/** Exclusive sockets, one for each family. */
export class WindowsHold implements Hold {
  readonly protocol: Protocol;
  readonly port: number;
  members: readonly Endpoint[];
  #sockets: readonly bigint[];

  constructor(bound: readonly BoundSocket[]) {
    this.members = bound.map(({ at }) => at);
    this.#sockets = bound.map(({ socket }) => socket);
    this.protocol = bound[0]!.at.protocol;
    this.port = bound[0]!.at.port;
  }

  /** Its sockets, each with its place. */
  get bound(): readonly BoundSocket[] {
    return this.#sockets.map((socket, index) => ({ socket, at: this.members[index]! }));
  }

  listenOn(): never {
    return fail("UNSUPPORTED", "Windows programs inherit no listening socket", "use `--handoff release`");
  }

  /**
   * Keeps one address that no server asks for: by the vendor's table of bind() a wildcard socket of default options may
   * then be bound, and an exclusive one (a portguard's) not. Beside our exclusive wildcards nothing can be bound, so they
   * go first.
   */
  giveWay(): boolean {
    this.release();
    const bound = bindExclusively({ protocol: this.protocol, address: ASIDE, port: this.port, dual: false });
    if (typeof bound === "number") return false;
    this.#sockets = [bound.socket];
    this.members = [bound.at];
    return true;
  }

  /** What was let go of could be somebody else's by the time it is bound again. */
  takeBack(): boolean {
    return false;
  }

  release(): void {
    for (const socket of this.#sockets) closeSocket(socket);
    this.#sockets = [];
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
