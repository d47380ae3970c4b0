import { type Address, isAny, isLoopback, sameAddress } from "../../core/address.ts";
import type { Endpoint, Protocol } from "../../core/endpoint.ts";
import { fail } from "../../core/error.ts";
import type { Hold } from "../../core/os.ts";
import { closeFd, readFd, setNonBlocking } from "../unix/files.ts";
import { listenOn } from "../unix/sockets.ts";

/** One bound socket of a hold. */
export interface Member {
  readonly at: Endpoint;
  readonly fd: number;
  readonly id: string | undefined;
}

/** A hold as plain data. */
export interface MacHoldData {
  readonly protocol: Protocol;
  readonly port: number;
  readonly members: readonly Member[];
}

/**
 * The sockets that keep a port. While none of them listens, macOS answers a client not with a refusal but with silence
 * (tcp_input of xnu drops what comes for a closed socket), until the client gives up or somebody listens.
 */
export class MacHold implements Hold {
  constructor(
    readonly protocol: Protocol,
    readonly port: number,
    private held: readonly Member[],
  ) {}

  toData(): MacHoldData {
    return { protocol: this.protocol, port: this.port, members: this.held };
  }

  get members(): readonly Endpoint[] {
    return this.held.map(({ at }) => at);
  }

  /**
   * Lets go of all the others: those within the address would take its connections, and those beside it would leave the
   * clients that try `localhost` as ::1 first without an answer.
   */
  listenOn(address: Address, backlog: number): { fd: number; at: Endpoint } {
    const member = this.held.find(({ at }) => sameAddress(at.address, address));
    if (!member)
      return fail("NOT_LOCAL", `${address.text} is not one of the addresses that are held`, "name it with `--host`");
    const done = this.protocol === "udp" ? discardDatagrams(member.fd) : listenOn(member.fd, backlog);
    if (done < 0)
      fail(
        "HANDOFF_REFUSED",
        `${address.text} port ${this.port} can't listen (error ${-done})`,
        "try `--handoff release`",
      );
    for (const { fd } of this.held) if (fd !== member.fd) closeFd(fd);
    this.held = [member];
    return { fd: member.fd, at: member.at };
  }

  /**
   * Keeps the addresses that servers don't ask for: beside a wildcard or loopback socket that is bound to the same address
   * nobody can bind, whatever the options.
   */
  giveWay(): boolean {
    for (const { fd } of this.held.filter(isAskedFor)) closeFd(fd);
    this.held = this.held.filter((member) => !isAskedFor(member));
    return true;
  }

  /** What was let go of could be somebody else's by the time it is bound again. */
  takeBack(): boolean {
    return false;
  }

  release(): void {
    for (const { fd } of this.held) closeFd(fd);
    this.held = [];
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

function isAskedFor({ at: { address } }: Member): boolean {
  return isAny(address) || isLoopback(address);
}

/** What came while nobody served is not for the server. */
function discardDatagrams(fd: number): number {
  const datagram = new Uint8Array(64 * 1024);
  setNonBlocking(fd, true);
  while (readFd(fd, datagram) >= 0);
  setNonBlocking(fd, false);
  return 0;
}
