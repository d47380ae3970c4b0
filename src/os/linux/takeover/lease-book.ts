import { type Endpoint, formatEndpoint, overlaps } from "../../../core/endpoint.ts";
import type { TreeEvent } from "../../../core/os.ts";
import { EADDRINUSE } from "../../unix/constants.ts";
import type { HeldSet, Member } from "../held-set.ts";
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

  constructor(private readonly options: LeaseBookOptions) {}

  get isEmpty(): boolean {
    return this.leases.length === 0;
  }

  find(member: Member, generation: number): Lease | undefined {
    return this.leases.find((lease) => lease.member === member && lease.generation === generation);
  }

  /** Whether any generation has it. */
  has(member: Member): boolean {
    return this.leases.some((lease) => lease.member === member);
  }

  /** Notes a lease, in the place of the one that this generation had of the member. */
  put(lease: Lease): void {
    const others = this.leases.filter((each) => each.member !== lease.member || each.generation !== lease.generation);
    this.leases = [...others, lease];
  }

  /** The leases of every generation that overlap with this endpoint. */
  rivals(at: Endpoint): readonly Lease[] {
    return this.leases.filter(({ member }) => overlaps(member.at, at));
  }

  /** Takes back the members that no process has open any more (a server that only probed, or closed its listener). */
  takeBackUnused(): void {
    for (const generation of new Set(this.leases.map((lease) => lease.generation))) {
      const own = this.leases.filter((lease) => lease.generation === generation);
      const open = this.options.openInTree(generation, own);
      for (const lease of own.filter((each) => !open.has(each))) this.takeBack(lease);
    }
  }

  private takeBack(lease: Lease): void {
    this.leases = this.leases.filter((each) => each !== lease);
    const { member, generation, listening } = lease;
    this.options.tell({ kind: "let-go", generation, at: member.at });
    const set = this.options.sets.find(({ members }) => members.includes(member));
    if (!set || this.has(member)) return;
    set.takeBack(member, listening);
    const failed = set.rehold(this.leases.map((each) => each.member));
    for (const [at, error] of failed) {
      if (error !== EADDRINUSE) continue;
      const what = `${formatEndpoint(at)} was taken by another program after the command had let go of it`;
      this.options.tell({ kind: "handoff-fault", what });
    }
  }
}
