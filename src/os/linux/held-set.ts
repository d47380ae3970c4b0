import { type Endpoint, overlaps, type Protocol } from "../../core/endpoint.ts";
import { EADDRINUSE, SHUT_RD, SO_REUSEADDR, SOL_SOCKET } from "../unix/constants.ts";
import { closeFd } from "../unix/files.ts";
import { bindSocket, listenOn, openSocketFor, setOption, shutdownSocket } from "../unix/sockets.ts";
import { inodeOfFd } from "./procfs.ts";
import { readSocketTable } from "./socket-table.ts";
import { acceptDatagrams, dropDatagrams } from "./udp-filter.ts";

/** One bound socket of a hold. */
export interface Member {
  readonly at: Endpoint;
  readonly fd: number;
  readonly inode: string;
}

/** A hold as plain data: what another thread of this process needs to go on with it. */
export interface HeldSetData {
  readonly protocol: Protocol;
  readonly port: number;
  readonly wanted: readonly Endpoint[];
  readonly members: readonly Member[];
}

/**
 * The sockets that together keep a port from everyone: one for each address that a server may ask for. While nothing
 * listens they are *plain* (no SO_REUSEADDR), so that each conflicts with every other bind; only for the moment in which
 * further members are bound beside them may they be shared ("crossing").
 */
export class HeldSet {
  readonly protocol: Protocol;
  readonly port: number;
  /** What is to be held whenever it can be. */
  readonly wanted: readonly Endpoint[];
  members: Member[];

  constructor(data: HeldSetData) {
    this.protocol = data.protocol;
    this.port = data.port;
    this.wanted = data.wanted;
    this.members = [...data.members];
  }

  toData(): HeldSetData {
    return { protocol: this.protocol, port: this.port, wanted: this.wanted, members: this.members };
  }

  find(at: Endpoint): Member | undefined {
    return this.members.find((member) => sameEndpoint(member.at, at));
  }

  /** Adds a socket that is bound already. */
  adopt(at: Endpoint, fd: number): Member {
    const member = { at, fd, inode: inodeOfFd("self", fd) ?? "?" };
    if (at.protocol === "udp") dropDatagrams(fd);
    this.members.push(member);
    return member;
  }

  /**
   * Binds these beside the members that they overlap with, which takes SO_REUSEADDR on all of them for a moment.
   * `also` are further sockets of ours that stand in the way. Answers the error number of each that could not be bound.
   */
  cross(endpoints: readonly Endpoint[], also: readonly number[] = []): Map<Endpoint, number> {
    const failed = new Map<Endpoint, number>();
    const fresh = endpoints.map((at) => ({ at, fd: openSocketFor(at) }));
    const shared = [...this.members, ...fresh]
      .map(({ fd }) => fd)
      .concat(also)
      .filter((fd) => fd >= 0);
    try {
      for (const fd of shared) setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
      for (const { at, fd } of fresh) {
        const bound = fd < 0 ? fd : bindSocket(fd, at.address, this.port);
        if (bound < 0) failed.set(at, -bound);
      }
    } finally {
      for (const fd of shared) setOption(fd, SOL_SOCKET, SO_REUSEADDR, 0);
    }
    for (const { at, fd } of fresh) {
      if (!failed.has(at)) this.adopt(at, fd);
      else if (fd >= 0) closeFd(fd);
    }
    return failed;
  }

  /** Live sockets on the port that are not ours and compete with one of these. A row that is all ours is no stranger. */
  strangers(endpoints: readonly Endpoint[] = this.wanted) {
    const ours = new Set(this.members.map((member) => member.inode));
    return readSocketTable({ port: this.port, protocol: this.protocol }).filter(
      (row) => !ours.has(row.id) && endpoints.some((at) => overlaps(row.at, at)),
    );
  }

  /** Lets go of the members that would stop this one from listening (TCP) or take its datagrams (UDP). */
  closeRivals(member: Member, keep: (rival: Member) => boolean = () => false): void {
    const rivals = this.members.filter((other) => other !== member && overlaps(other.at, member.at) && !keep(other));
    for (const rival of rivals) this.drop(rival);
    if (this.protocol === "udp") acceptDatagrams(member.fd);
  }

  /**
   * Makes a member listen, its rivals gone: 0, or minus the error number. A squatter that was bound with SO_REUSEADDR
   * before the promise makes a plain listen fail: sharing for this one call gets past it, and then it can't listen itself.
   */
  listen(member: Member, backlog: number, keep?: (rival: Member) => boolean): number {
    this.closeRivals(member, keep);
    if (this.protocol === "udp") return 0;
    let done = listenOn(member.fd, backlog);
    if (done === -EADDRINUSE) {
      setOption(member.fd, SOL_SOCKET, SO_REUSEADDR, 1);
      done = listenOn(member.fd, backlog);
      if (done < 0) setOption(member.fd, SOL_SOCKET, SO_REUSEADDR, 0);
    }
    // A listener shares with nobody, whatever its options; but its connections inherit this one, and without it their
    // TIME_WAIT would keep everyone, the next server too, from the port for a minute.
    if (done === 0) setOption(member.fd, SOL_SOCKET, SO_REUSEADDR, 1);
    return done;
  }

  /** Back from a server's hands to held: connects are refused again, and the bind never ends. */
  takeBack(member: Member, listened: boolean): void {
    if (this.protocol === "udp") return dropDatagrams(member.fd);
    // On a socket that never listened the shutdown would stay, and every connection that it accepts later inherit it.
    if (!listened) return;
    setOption(member.fd, SOL_SOCKET, SO_REUSEADDR, 0);
    shutdownSocket(member.fd, SHUT_RD);
  }

  /** Binds again what had been let go, where nothing that is in use overlaps it. Answers what could not be had. */
  rehold(inUse: readonly Member[]): Map<Endpoint, number> {
    const missing = this.wanted.filter((at) => !this.find(at) && !inUse.some((member) => overlaps(member.at, at)));
    return missing.length === 0 ? new Map() : this.cross(missing);
  }

  /** Whether from now on others may bind beside us and listen, if they set SO_REUSEADDR, too. */
  share(on: boolean): void {
    for (const { fd } of this.members) setOption(fd, SOL_SOCKET, SO_REUSEADDR, on ? 1 : 0);
  }

  drop(member: Member): void {
    closeFd(member.fd);
    this.members = this.members.filter((other) => other !== member);
  }

  release(): void {
    for (const { fd } of this.members) closeFd(fd);
    this.members = [];
  }
}

export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    a.protocol === b.protocol &&
    a.port === b.port &&
    a.dual === b.dual &&
    a.address.text === b.address.text &&
    a.address.scopeId === b.address.scopeId
  );
}
