import { closeFd } from "../unix/files.ts";
import { type Ending, Guard, type Launch } from "../unix/guard.ts";
import { passInheritedFds } from "../unix/inherited-fds.ts";
import { readStat } from "./procfs.ts";
import { becomeSubreaper, nameThisProcess, openPidfd } from "./syscalls.ts";
import { installFilter } from "./takeover/filter.ts";
import { keepDaemons } from "./takeover/keeper.ts";
import { endTree } from "./tree-end.ts";

/** Starts the command behind the seccomp filter, when it is to take over, and is the subreaper of its tree. */
class LinuxGuard extends Guard {
  private listener = -1;

  stay(): void {
    closeFd(this.control);
    if (this.listener >= 0) keepDaemons(this.listener, this.launch?.ports.map(({ port }) => port) ?? []);
  }

  /** The listener stays open here, too: while portguard dies, calls of the command wait for their end instead of failing. */
  protected begin(launch: Launch): void {
    if (!launch.takeover) return this.start(launch);
    this.listener = installFilter();
    const { listener } = this;
    this.say(listener < 0 ? { said: "refused", error: -listener } : { said: "listener", fd: listener });
  }

  protected watchExit(pid: number): number {
    return openPidfd(pid);
  }

  protected ending({ takeover, ports, killAll }: Launch): Ending {
    const sessions = [readStat(process.pid)?.session ?? -1, this.commandPid];
    const rules = { root: process.pid, own: [], foreign: [], since: 0, sessions, ports, all: killAll };
    // By takeover a bind() that comes later is not let through.
    return endTree(rules, !takeover);
  }
}

/** Runs the guard on its control socket. */
export function runGuard(control: number): Guard {
  passInheritedFds([control]);
  nameThisProcess("portguard");
  becomeSubreaper();
  const guard = new LinuxGuard(control);
  guard.run();
  return guard;
}
