import { type Endpoint, formatEndpoint, overlaps } from "../../../core/endpoint.ts";
import type { TreeEvent } from "../../../core/os.ts";
import { type Overrule, overruleAddress } from "../../../core/overrule.ts";
import { EADDRINUSE, EADDRNOTAVAIL, EBADF, EPERM } from "../../unix/constants.ts";
import { nameOf } from "../../unix/sockets.ts";
import type { HeldSet, Member } from "../held-set.ts";
import { SYS } from "../syscalls.ts";
import { readAskedAddress } from "./asked-address.ts";
import { type ChildFacts, type ChildSocket, copySettings, openChildSocket, readChildFacts } from "./child-socket.ts";
import { answer, letRun, type Notice, receiveNotice, replaceFd } from "./notify.ts";
import { judgeRequest, type Lease } from "./lease.ts";

export interface BrokerOptions {
  readonly listener: number;
  readonly sets: readonly HeldSet[];
  readonly overrule: Overrule;
  readonly emit: (event: TreeEvent) => void;
  /** Of these leases, those whose socket some process of the command's tree still has open. */
  readonly openInTree: (leases: readonly Lease[]) => ReadonlySet<Lease>;
}

/**
 * Answers the bind() and listen() calls of the command's tree: on a held port it puts the held socket itself in the place
 * of the caller's; everything else runs untouched. It never throws.
 */
export class Broker {
  private readonly leases = new Map<Member, Lease>();
  /** What is to be told once the caller has its answer. */
  private untold: TreeEvent[] = [];

  constructor(private readonly options: BrokerOptions) {}

  /** Whether a member is in a server's hands: it wants to be looked after (see `reclaim`). */
  get hasLeases(): boolean {
    return this.leases.size > 0;
  }

  handleNext(): void {
    const { listener } = this.options;
    const notice = receiveNotice(listener);
    if (!notice) return;
    try {
      const result = notice.call === SYS.bind ? this.onBind(notice) : this.onListen(notice);
      if (result === "run") letRun(listener, notice.id);
      else answer(listener, notice.id, result);
    } catch (error) {
      // Whatever went wrong, the command must not be left hanging in its call.
      letRun(listener, notice.id);
      this.fault(`a bind() or listen() of process ${notice.tid} could not be served: ${String(error)}`);
    }
    this.tellAll();
  }

  /** Takes back the members that no process has open any more (a server that only probed, or closed its listener). */
  reclaim(): void {
    this.takeBackUnused();
    this.tellAll();
  }

  private takeBackUnused(): void {
    const leases = [...this.leases.values()];
    if (leases.length === 0) return;
    const open = this.options.openInTree(leases);
    for (const lease of leases.filter((each) => !open.has(each))) this.takeBack(lease);
  }

  private takeBack({ member, listening }: Lease): void {
    this.leases.delete(member);
    const set = this.setOf(member);
    if (!set) return;
    set.takeBack(member, listening);
    this.tell({ kind: "let-go", at: member.at });
    const failed = set.rehold([...this.leases.keys()]);
    for (const [at, error] of failed) {
      if (error === EADDRINUSE)
        this.fault(`${formatEndpoint(at)} was taken by another program after the command had let go of it`);
    }
  }

  private onBind(notice: Notice): number | "run" {
    const asked = readAskedAddress(this.options.listener, notice);
    if (asked === "unreadable") return this.serveHidden(notice.tid);
    const sets = asked ? this.setsFor(asked.port) : [];
    if (!asked || sets.length === 0) return "run";
    const child = openChildSocket(notice.tid, Number(notice.args[0]));
    // What is no open file is the caller's own mistake, and the kernel tells it so.
    if (typeof child === "number") return child === -EBADF ? "run" : this.serveHidden(notice.tid);
    using socket = child;
    const facts = readChildFacts(socket.ours, sets[0]!.members[0]?.fd ?? -1);
    const set = sets.find(({ protocol }) => protocol === facts.protocol);
    // A call that is announced again after a signal: the socket is in place already.
    if (set?.members.some(({ inode }) => inode === socket.inode)) return 0;
    if (!set || !facts.sameNetwork) return "run";
    const { protocol, port } = set;
    const place = overruleAddress(asked.address, facts.v6Only, this.options.overrule.bind);
    if (place) return this.give(notice, socket, facts, set, { protocol, port, ...place });
    const at = { protocol, port, address: asked.address, dual: false };
    this.tell({ kind: "bind-refused", pid: socket.pid, at, v6Only: facts.v6Only });
    // What a machine without that family says: many programs go on with the other one.
    return -EADDRNOTAVAIL;
  }

  /** The held ports that a bind() to this one may mean, what was overruled first. */
  private setsFor(asked: number): HeldSet[] {
    const { sets, overrule } = this.options;
    const isMeant = ({ port, protocol }: HeldSet) =>
      overrule.as.some((each) => each.believed === asked && each.port === port && each.protocol === protocol);
    return [...sets.filter(isMeant), ...sets.filter(({ port }) => port === asked)];
  }

  /** Hands the member for this endpoint to the caller. */
  private give(notice: Notice, child: ChildSocket, facts: ChildFacts, set: HeldSet, at: Endpoint): number {
    if (this.rivals(at).length > 0) this.takeBackUnused();
    const blocker = judgeRequest(facts, this.rivals(at));
    if (blocker) {
      this.tell({
        kind: "bound-twice",
        pid: child.pid,
        at,
        first: { pid: blocker.pid, at: blocker.member.at },
      });
      return -EADDRINUSE;
    }
    const member = set.find(at) ?? this.addMember(set, at);
    if (typeof member === "number") return member;
    const closeOnExec = copySettings(child, member.fd);
    const done = replaceFd(this.options.listener, notice.id, member.fd, child.fd, closeOnExec);
    if (done < 0) return done;
    if (set.protocol === "udp") set.closeRivals(member, (rival) => this.leases.has(rival));
    const lease = this.leases.get(member);
    const { reuseAddress, reusePort } = facts;
    this.leases.set(
      member,
      lease ?? { member, pid: child.pid, fd: child.fd, reuseAddress, reusePort, listening: false },
    );
    this.tell({ kind: "bound", pid: child.pid, at });
    return 0;
  }

  /** An address that is not among the held ones is bound on the child's behalf beside them. */
  private addMember(set: HeldSet, at: Endpoint): Member | number {
    const error = set.cross([at]).get(at);
    if (error !== undefined) {
      if (error !== EADDRNOTAVAIL)
        this.fault(`${formatEndpoint(at)} could not be bound for the command (error ${error})`);
      return -error;
    }
    const [stranger] = set.strangers([at]);
    if (stranger) this.fault(`${formatEndpoint(stranger.at)} was taken by another program in the same moment`);
    return set.find(at)!;
  }

  private onListen(notice: Notice): number | "run" {
    const child = openChildSocket(notice.tid, Number(notice.args[0]));
    if (typeof child === "number") return "run";
    using socket = child;
    const set = this.options.sets.find(({ members }) => members.some(({ inode }) => inode === socket.inode));
    const member = set?.members.find(({ inode }) => inode === socket.inode);
    if (!set || !member) return this.noteOtherListener(socket);
    const backlog = Number(BigInt.asIntN(32, notice.args[1]!));
    const done = set.listen(member, backlog, (rival) => this.leases.has(rival));
    if (done < 0) {
      this.fault(`${formatEndpoint(member.at)} could not listen (error ${-done})`);
      return done;
    }
    const lease = this.leases.get(member);
    this.leases.set(member, {
      reuseAddress: false,
      reusePort: false,
      ...lease,
      member,
      pid: socket.pid,
      fd: socket.fd,
      listening: true,
    });
    this.tell({ kind: "listening", pid: socket.pid, at: member.at, reserved: true });
    return 0;
  }

  private noteOtherListener({ ours, pid }: ChildSocket): "run" {
    const name = nameOf(ours);
    // Unix sockets have no port; a socket that was never bound has none yet.
    if (name && name.port !== 0) {
      this.tell({ kind: "listening", pid, at: { protocol: "tcp", dual: false, ...name }, reserved: false });
    }
    return "run";
  }

  /**
   * A process that may not be looked into can't be given a socket: the next best is to let go and let it bind, but not where
   * it was promised that it binds nowhere else.
   */
  private serveHidden(tid: number): number | "run" {
    const { bind, as } = this.options.overrule;
    if (bind.length === 0 && as.length === 0) return this.releaseAll(tid);
    this.fault(
      `process ${tid} may not be looked into (it hides itself, or runs with other privileges): its bind() was refused, as nothing could be overruled`,
    );
    return -EPERM;
  }

  private releaseAll(tid: number): "run" {
    const held = this.options.sets.flatMap((set) => set.members.map((member) => ({ set, member })));
    const free = held.filter(({ member }) => !this.leases.has(member));
    if (free.length === 0) return "run";
    for (const { set, member } of free) set.drop(member);
    this.fault(
      `process ${tid} may not be looked into (it hides itself, or runs with other privileges): the ports were let go for it to bind`,
    );
    return "run";
  }

  private rivals(at: Endpoint): Lease[] {
    return [...this.leases.values()].filter(({ member }) => overlaps(member.at, at));
  }

  private setOf(member: Member): HeldSet | undefined {
    return this.options.sets.find(({ members }) => members.includes(member));
  }

  private tell(event: TreeEvent): void {
    this.untold.push(event);
  }

  private tellAll(): void {
    for (const event of this.untold.splice(0)) this.options.emit(event);
  }

  private fault(what: string): void {
    this.tell({ kind: "handoff-fault", what });
  }
}
