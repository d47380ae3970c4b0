import type { Member } from "../held-set.ts";

/** A member that is in the hands of one generation's tree. Several generations may have the same one. */
export interface Lease {
  readonly member: Member;
  readonly generation: number;
  /** Who bound it, or listened on it last, and under which number. */
  readonly pid: number;
  readonly fd: number;
  /** The sharing options that the program set on its own socket: the held one never shows them. */
  readonly reuseAddress: boolean;
  readonly reusePort: boolean;
  /** This generation has called listen(): one that finds it listening already may not. */
  readonly listening: boolean;
}

/** What a bind() asks for, as far as it decides who is in its way. */
export interface Asked {
  readonly generation: number;
  /** The member for the very address; nothing where it would have to be bound first. */
  readonly member: Member | undefined;
  readonly reuseAddress: boolean;
  readonly reusePort: boolean;
}

/**
 * Decides as the kernel would between sockets of the program's own: the lease that forbids this bind, or nothing. Two
 * may share by SO_REUSEPORT on both, or by SO_REUSEADDR on both as long as none listens. What another generation has
 * forbids nothing where it is the very same socket: that is what a new generation takes over.
 */
export function judgeRequest(asked: Asked, rivals: readonly Lease[]): Lease | undefined {
  return rivals.find((lease) => {
    if (lease.generation !== asked.generation) return lease.member !== asked.member;
    if (asked.reusePort && lease.reusePort) return false;
    return !(asked.reuseAddress && lease.reuseAddress && !lease.listening);
  });
}
