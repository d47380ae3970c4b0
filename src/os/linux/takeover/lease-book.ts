import { type Endpoint, formatEndpoint, overlaps } from "../../../core/endpoint.ts";
import type { QueueRule, TreeEvent } from "../../../core/os.ts";
import { EADDRINUSE } from "../../unix/constants.ts";
import type { HeldSet, Member } from "../held-set.ts";
import { KeptQueues } from "./kept-queues.ts";
import type { Lease } from "./lease.ts";

export interface LeaseBookOptions {
  readonly sets: readonly HeldSet[];
  readonly tell: (event: TreeEvent) => void;
  /** Of these leases of one generation, those whose socket some process of its tree still has open. */
  readonly openInTree: (generation: number, leases: readonly Lease[]) => ReadonlySet<Lease>;
}

/** Who has which of the held sockets, and what becomes of those that nobody has any more. */
export class LeaseBook {
  private leases: readonly Lease[] = [];
  /** What listens, and with which backlog. */
  private readonly listening = new Map<Member, number>();
  /** Of a generation that runs, and seen unused once: its end may just not be known yet. */
  private suspects: ReadonlySet<Lease> = new Set();
  /** The generations that have ended or are being stopped: what they close is not theirs to let go of. */
  private readonly leaving = new Set<number>();
  private readonly kept: KeptQueues;
  private rule: QueueRule | undefined;

  constructor(private readonly options: LeaseBookOptions) {
    this.kept = new KeptQueues(options.tell);
  }

  get all(): readonly Lease[] {
    return this.leases;
  }

  /** When `lookAtQueues` is due, on the clock of `performance.now()`; nothing: there is none to look at. */
  get queuesDueAt(): number | undefined {
    return this.kept.dueAt;
  }

  find(member: Member, generation: number): Lease | undefined {
    return this.leases.find((lease) => lease.member === member && lease.generation === generation);
  }

  /** Whether any generation has it. */
  has(member: Member): boolean {
    return this.leases.some((lease) => lease.member === member);
  }

  /** Whether it is to go on listening whatever this generation does to it. */
  isShared(member: Member): boolean {
    return this.rule !== undefined || this.leases.filter((lease) => lease.member === member).length > 1;
  }

  /** Notes a lease, in the place of the one that this generation had of the member. */
  put(lease: Lease): void {
    const others = this.leases.filter((each) => each.member !== lease.member || each.generation !== lease.generation);
    this.leases = [...others, lease];
    this.kept.delete(lease.member);
  }

  /** It listens now, with this backlog. */
  noteListening(member: Member, backlog: number): void {
    this.listening.set(member, backlog);
  }

  /** The members that listen, each with its backlog. */
  get listeners(): ReadonlyMap<Member, number> {
    return this.listening;
  }

  /** The leases of every generation that overlap with this endpoint. */
  rivals(at: Endpoint): readonly Lease[] {
    return this.leases.filter(({ member }) => overlaps(member.at, at));
  }

  /** From now on this generation is being stopped, or has ended. */
  leave(generation: number): void {
    this.leaving.add(generation);
  }

  keepQueues(rule: QueueRule | undefined): void {
    this.rule = rule;
    if (!rule) for (const member of this.kept.members) this.giveBack(member);
  }

  lookAtQueues(): void {
    this.kept.look();
  }

  /** Where clients wait for an address that overlaps with the one that is asked for now, they wait in vain. */
  dropQueuesBeside(at: Endpoint, member: Member | undefined): void {
    const beside = this.kept.members.filter((each) => each !== member && overlaps(each.at, at));
    for (const each of beside) this.giveBack(each);
  }

  /** Takes back at once what no process has open any more: one of the tree wants an address that it would be in the way of. */
  takeBackUnused(): void {
    for (const lease of this.findUnused()) this.takeBack(lease);
  }

  /**
   * The same from time to time. Where queues are kept, what a running generation has let go of is taken back at the second
   * look: it may have crashed a moment ago.
   */
  reclaim(): void {
    const unused = this.findUnused();
    const isSure = (lease: Lease) => !this.rule || this.leaving.has(lease.generation) || this.suspects.has(lease);
    for (const lease of unused.filter(isSure)) this.takeBack(lease);
    this.suspects = new Set(unused);
  }

  private findUnused(): Lease[] {
    return [...new Set(this.leases.map((lease) => lease.generation))].flatMap((generation) => {
      const own = this.leases.filter((lease) => lease.generation === generation);
      const open = this.options.openInTree(generation, own);
      return own.filter((lease) => !open.has(lease));
    });
  }

  private takeBack(lease: Lease): void {
    this.leases = this.leases.filter((each) => each !== lease);
    const { member, generation } = lease;
    if (this.has(member)) return this.options.tell({ kind: "let-go", generation, at: member.at });
    if (this.rule && this.listening.has(member) && this.leaving.has(generation))
      return this.kept.add(member, this.rule);
    this.options.tell({ kind: "let-go", generation, at: member.at });
    this.giveBack(member);
  }

  /** From a server's hands back to held. */
  private giveBack(member: Member): void {
    this.kept.delete(member);
    const listened = this.listening.delete(member);
    const set = this.options.sets.find(({ members }) => members.includes(member));
    if (!set) return;
    set.takeBack(member, listened);
    const failed = set.rehold([...this.leases.map((each) => each.member), ...this.kept.members]);
    for (const [at, error] of failed) {
      if (error !== EADDRINUSE) continue;
      const what = `${formatEndpoint(at)} was taken by another program after the command had let go of it`;
      this.options.tell({ kind: "handoff-fault", what });
    }
  }
}
