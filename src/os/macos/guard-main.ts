import { setCloseOnExec } from "../unix/files.ts";
import { type Ending, Guard, type Launch } from "../unix/guard.ts";
import { openExitFd } from "./exit-fd.ts";
import { Lineage, readAncestry } from "./lineage.ts";
import { asTreeProcess, endTree, sessionOf } from "./tree-end.ts";

/** Knows the command's tree as far as that can be known here (see `Lineage`), and looks often so that no link is missed. */
class MacGuard extends Guard {
  private lineage: Lineage | undefined;

  /** Nothing of ours is in a daemon's way here. */
  stay(): void {}

  protected begin(launch: Launch): void {
    this.lineage = new Lineage(readAncestry(process.pid)?.id ?? -1, launch.env);
    this.start(launch);
  }

  protected watchExit(pid: number): number {
    return openExitFd(pid);
  }

  protected override look(): void {
    this.lineage?.scan();
  }

  protected ending({ env, ports, killAll }: Launch): Ending {
    const lineage = (this.lineage ??= new Lineage(readAncestry(process.pid)?.id ?? -1, env));
    const sessions = [sessionOf(process.pid), this.commandPid];
    const end = endTree({ lineage, sessions, ports, all: killAll }, true);
    return {
      step: () => end.step(),
      get spared() {
        return end.spared.map((each) => asTreeProcess(each, sessions));
      },
    };
  }
}

/** Runs the guard on its control socket. */
export function runGuard(control: number): Guard {
  setCloseOnExec(control);
  const guard = new MacGuard(control);
  guard.run();
  return guard;
}
