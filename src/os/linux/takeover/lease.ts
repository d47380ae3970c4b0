import type { Member } from "../held-set.ts";

/** A member that is in the hands of the command's tree. */
export interface Lease {
  readonly member: Member;
  /** Who bound it, or listened on it last, and under which number. */
  readonly pid: number;
  readonly fd: number;
  /** The sharing options that the program set on its own socket: the held one never shows them. */
  readonly reuseAddress: boolean;
  readonly reusePort: boolean;
  readonly listening: boolean;
}

/**
 * Decides as the kernel would between sockets of the program's own: the lease that forbids this bind, or nothing. Two
 * may share by SO_REUSEPORT on both, or by SO_REUSEADDR on both as long as none listens.
 */
export function judgeRequest(
  asked: { readonly reuseAddress: boolean; readonly reusePort: boolean },
  rivals: readonly Lease[],
): Lease | undefined {
  return rivals.find((lease) => {
    if (asked.reusePort && lease.reusePort) return false;
    return !(asked.reuseAddress && lease.reuseAddress && !lease.listening);
  });
}
