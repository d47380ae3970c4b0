import { type Endpoint, formatEndpoint } from "../../../core/endpoint.ts";
import type { QueueRule, TreeEvent } from "../../../core/os.ts";
import { type Overrule, overruleAddress } from "../../../core/overrule.ts";
import { EADDRINUSE, EADDRNOTAVAIL, EBADF, EPERM } from "../../unix/constants.ts";
import { listenOn, nameOf } from "../../unix/sockets.ts";
import type { HeldSet, Member } from "../held-set.ts";
import { SYS } from "../syscalls.ts";
import { readAskedAddress } from "./asked-address.ts";
import { type ChildFacts, type ChildSocket, copySettings, openChildSocket, readChildFacts } from "./child-socket.ts";
import { answer, letRun, type Notice, receiveNotice, replaceFd } from "./notify.ts";
import { type Asked, judgeRequest, type Lease } from "./lease.ts";
import { LeaseBook, type LeaseBookOptions } from "./lease-book.ts";

export interface BrokerOptions extends Omit<LeaseBookOptions, "tell"> {
  readonly overrule: Overrule;
  /** How many may wait to be accepted, whatever the command says. */
  readonly backlog: number | undefined;
  readonly emit: (event: TreeEvent) => void;
}

/** A call that waits for our answer, and whose it is. */
interface Call {
  readonly listener: number;
  readonly generation: number;
  readonly notice: Notice;
}

/**
 * Answers the bind() and listen() calls of every generation's tree: on a held port it puts the held socket itself in the
 * place of the caller's; everything else runs untouched. It never throws.
 */
export class Broker {
  private readonly leases: LeaseBook;
  /** What is to be told once the caller has its answer. */
  private untold: TreeEvent[] = [];
  /** Members that the command has shut down and may keep so. */
  private readonly shut = new Set<Member>();

  constructor(private readonly options: BrokerOptions) {
    this.leases = new LeaseBook({ ...options, tell: (event) => this.tell(event) });
  }

  /** Whether a member is in a server's hands: it wants to be looked after (see `reclaim`). */
  get hasLeases(): boolean {
    return this.leases.all.length > 0;
  }

  /** When `lookAtQueues` is due, on the clock of `performance.now()`; nothing: there is none to look at. */
  get queuesDueAt(): number | undefined {
    return this.leases.queuesDueAt;
  }

  /** The sockets that a server listens on: when poll() says POLLHUP of one, it was shut down (see `noteShutDown`). */
  get listeners(): readonly number[] {
    return [...this.leases.listeners.keys()].filter((member) => !this.shut.has(member)).map(({ fd }) => fd);
  }

  /** Answers the next call that is announced on this listener, which is this generation's. */
  handleNext(listener: number, generation: number): void {
    const notice = receiveNotice(listener);
    if (!notice) return;
    const call = { listener, generation, notice };
    try {
      const result = notice.call === SYS.bind ? this.onBind(call) : this.onListen(call);
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
    this.leases.reclaim();
    this.tellAll();
  }

  /** Closes clients that have waited for too long where nobody accepts. */
  lookAtQueues(): void {
    this.leases.lookAtQueues();
    this.tellAll();
  }

  keepQueues(rule: QueueRule | undefined): void {
    this.leases.keepQueues(rule);
    this.tellAll();
  }

  /** From now on this generation is being stopped, or has ended. */
  leave(generation: number): void {
    this.leases.leave(generation);
  }

  /** A listener was shut down by the command. What others serve on, or clients shall wait on, listens again. */
  noteShutDown(fd: number): void {
    const [member, backlog = 0] = [...this.leases.listeners].find(([each]) => each.fd === fd) ?? [];
    if (!member) return;
    if (this.leases.isShared(member) && listenOn(fd, backlog) === 0) {
      this.tell({ kind: "listener-repaired", at: member.at });
      return this.tellAll();
    }
    this.shut.add(member);
  }

  private onBind(call: Call): number | "run" {
    const { listener, notice } = call;
    const asked = readAskedAddress(listener, notice);
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
    if (place) return this.give(call, socket, facts, set, { protocol, port, ...place });
    const at = { protocol, port, address: asked.address, dual: false };
    this.tell({ kind: "bind-refused", generation: call.generation, pid: socket.pid, at, v6Only: facts.v6Only });
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
  private give(call: Call, child: ChildSocket, facts: ChildFacts, set: HeldSet, at: Endpoint): number {
    const { generation } = call;
    const blocker = this.findBlocker({ ...facts, generation, member: set.find(at) }, at);
    if (blocker) {
      const first = { generation: blocker.generation, pid: blocker.pid, at: blocker.member.at };
      this.tell({ kind: "bound-twice", generation, pid: child.pid, at, first });
      return -EADDRINUSE;
    }
    const member = set.find(at) ?? this.addMember(set, at);
    if (typeof member === "number") return member;
    const closeOnExec = copySettings(child, member.fd, this.leases.has(member));
    const done = replaceFd(call.listener, call.notice.id, member.fd, child.fd, closeOnExec);
    if (done < 0) return done;
    if (set.protocol === "udp") set.closeRivals(member, (rival) => this.leases.has(rival));
    const { reuseAddress, reusePort } = facts;
    const { pid, fd } = child;
    const fresh = { member, generation, pid, fd, reuseAddress, reusePort, listening: false };
    this.leases.put(this.leases.find(member, generation) ?? fresh);
    this.tell({ kind: "bound", generation, pid: child.pid, at });
    return 0;
  }

  /** Who forbids this bind; what its first owner has closed meanwhile forbids nothing. */
  private findBlocker(asked: Asked, at: Endpoint): Lease | undefined {
    if (this.leases.rivals(at).length > 0) this.leases.takeBackUnused();
    this.leases.dropQueuesBeside(at, asked.member);
    return judgeRequest(asked, this.leases.rivals(at));
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

  private onListen({ generation, notice }: Call): number | "run" {
    const child = openChildSocket(notice.tid, Number(notice.args[0]));
    if (typeof child === "number") return "run";
    using socket = child;
    const set = this.options.sets.find(({ members }) => members.some(({ inode }) => inode === socket.inode));
    const member = set?.members.find(({ inode }) => inode === socket.inode);
    if (!set || !member) return this.noteOtherListener(socket, generation);
    const backlog = this.options.backlog ?? Number(BigInt.asIntN(32, notice.args[1]!));
    const done = set.listen(member, backlog, (rival) => this.leases.has(rival));
    if (done < 0) {
      this.fault(`${formatEndpoint(member.at)} could not listen (error ${-done})`);
      return done;
    }
    const { pid, fd } = socket;
    const known = this.leases.find(member, generation) ?? { reuseAddress: false, reusePort: false };
    this.leases.put({ ...known, member, generation, pid, fd, listening: true });
    this.leases.noteListening(member, backlog);
    this.shut.delete(member);
    this.tell({ kind: "listening", generation, pid, at: member.at, reserved: true });
    return 0;
  }

  private noteOtherListener({ ours, pid }: ChildSocket, generation: number): "run" {
    const name = nameOf(ours);
    // Unix sockets have no port; a socket that was never bound has none yet.
    if (name && name.port !== 0) {
      const at = { protocol: "tcp", dual: false, ...name } as const;
      this.tell({ kind: "listening", generation, pid, at, reserved: false });
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
