import type { OpenProcess, SignalOutcome } from "../../core/open-process.ts";
import type { SignalName } from "../../core/os.ts";
import { WaitLoop } from "../wait-loop.ts";
import { ESRCH, POLLIN } from "./constants.ts";
import { closeFd, pollFds } from "./files.ts";
import { numberOf } from "./signals.ts";

/** How one process is reached, each system in its own way. */
export interface ProcessReach {
  readonly pid: number;
  /** Becomes readable when the process ends; -1 where there is no such thing. */
  readonly exitFd: number;
  /** Whether the process behind the number is still the one that was opened, and alive. */
  readonly isStillIt: () => boolean;
  /** 0, or minus the error number. */
  readonly send: (signal: number) => number;
}

const loop = new WaitLoop<UnixProcess>((all) => all.map((each) => (each.hasEnded() ? 1 : 0)));

/** One process, with an fd of ours that tells its end. */
export class UnixProcess implements OpenProcess {
  readonly pid: number;

  constructor(private readonly reach: ProcessReach) {
    this.pid = reach.pid;
  }

  hasEnded(): boolean {
    const { exitFd, isStillIt } = this.reach;
    if (exitFd < 0) return !isStillIt();
    const [events = 0] = pollFds([{ fd: exitFd, events: POLLIN }], 0);
    return events !== 0;
  }

  signal(signal: SignalName): SignalOutcome {
    if (this.hasEnded()) return "gone";
    const sent = this.reach.send(numberOf(signal));
    // Who is stopped (Ctrl-Z, a debugger) hears of SIGTERM only when it goes on.
    if (sent === 0 && signal === "SIGTERM") this.reach.send(numberOf("SIGCONT"));
    if (sent === 0) return "sent";
    return sent === -ESRCH ? "gone" : "denied";
  }

  async ends(withinMs: number): Promise<boolean> {
    return (await loop.wait(this, withinMs)) !== 0;
  }

  [Symbol.dispose](): void {
    if (this.reach.exitFd >= 0) closeFd(this.reach.exitFd);
  }
}
