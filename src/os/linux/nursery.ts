import type { LaunchSpec, NurseryOptions } from "../../core/os.ts";
import { EACCES, EBUSY, EINVAL, ENOSYS, EPERM } from "../unix/constants.ts";
import type { GuardProcess } from "../unix/guard-process.ts";
import type { InheritedListener } from "../unix/inherited-queues.ts";
import { UnixNursery } from "../unix/nursery.ts";
import type { GuardOrder } from "../unix/watch-report.ts";
import type { LinuxHold } from "./hold.ts";
import { originalSoftNofile } from "./nofile.ts";
import { inodeOfFd } from "./procfs.ts";
import { readSocketTable } from "./socket-table.ts";
import { findStarter, NO_STARTER } from "./starter.ts";
import { becomeSubreaper } from "./syscalls.ts";
import { LinuxTree } from "./tree.ts";
import { listOwnChildren } from "./tree-scan.ts";
import type { WatchTreeOrder } from "./watch-loop.ts";

/** Starts commands behind guards that are subreapers, and by takeover behind a seccomp filter. */
export class LinuxNursery extends UnixNursery {
  private readonly foreign: readonly number[];

  constructor(options: NurseryOptions) {
    becomeSubreaper();
    const foreign = listOwnChildren();
    const starter = options.watchParent ? findStarter() : NO_STARTER;
    super(options, new Worker(new URL("./broker-worker.ts", import.meta.url).href), { starter });
    this.foreign = foreign;
  }

  protected prepare(spec: LaunchSpec): LaunchSpec {
    const nofile = spec.nofile ?? originalSoftNofile();
    return nofile === undefined ? spec : { ...spec, nofile };
  }

  protected orderFor(guard: GuardOrder, { way, backlog }: LaunchSpec): WatchTreeOrder {
    if (way.kind !== "takeover") return { do: "watch", guard };
    const sets = way.holds.map((hold) => (hold as LinuxHold).set.toData());
    const takeover = { sets, overrule: way.overrule, ...(backlog !== undefined && { backlog }) };
    return { do: "watch", guard, takeover };
  }

  protected treeMaker(guard: GuardProcess, spec: LaunchSpec): (pid: number) => LinuxTree {
    const place = { guardPid: guard.pid, foreign: () => [...this.foreign, ...this.otherGuards(guard)] };
    return (pid) => new LinuxTree(pid, place, spec, this.careFor(spec));
  }

  protected queueOf({ fd, at: { port, protocol } }: InheritedListener) {
    const inode = inodeOfFd("self", fd);
    return readSocketTable({ port, protocol, states: ["listen"] }).find(({ id }) => id === inode)?.queue;
  }

  /** The thread opens and closes these sockets from now on: their numbers mean nothing here any more. */
  protected override noteLaunched({ way }: LaunchSpec): void {
    if (way.kind === "takeover") for (const hold of way.holds) (hold as LinuxHold).surrender();
  }

  protected refusalOf(error: number): string {
    return describeRefusal(error);
  }
}

function describeRefusal(error: number): string {
  switch (error) {
    case EBUSY:
      return "another seccomp listener is in force here (a portguard above this one, WSL's init, a sandbox)";
    case ENOSYS:
    case EINVAL:
      return "this kernel has no seccomp user notification (Linux 5.9 and later)";
    case EACCES:
    case EPERM:
      return "this system does not let us look into the command (a sandbox, or a ptrace rule)";
    default:
      return `the seccomp filter was refused (error ${error})`;
  }
}
