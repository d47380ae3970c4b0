import type { OpenProcess, SignalOutcome } from "../../core/open-process.ts";
import type { SignalName } from "../../core/os.ts";
import { isSameProcess, type ProcessIdentity } from "../../core/process-mark.ts";
import { WaitLoop } from "../wait-loop.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { ACCESS, ProcessHandle } from "./process-handle.ts";
import { readStart } from "./processes.ts";

const loop = new WaitLoop<ProcessHandle>((all) => all.map((each) => (each.hasEnded() ? 1 : 0)));

/** The kernel gives the number to nobody else while the handle is open; what is looked at then stays so. */
export function openProcess(who: ProcessIdentity): OpenProcess | undefined {
  const { pid } = who;
  const least = ACCESS.query | ACCESS.wait;
  const whole = ProcessHandle.open(pid, least | ACCESS.terminate);
  const handle = whole ?? ProcessHandle.open(pid, least);
  if (!handle) return undefined;
  if (isSameProcess(who, { pid, ...readStart(handle) }) && !handle.hasEnded())
    return new WindowsProcess(pid, handle, whole !== undefined);
  handle[Symbol.dispose]();
  return undefined;
}

class WindowsProcess implements OpenProcess {
  constructor(
    readonly pid: number,
    private readonly handle: ProcessHandle,
    private readonly mayEnd: boolean,
  ) {}

  hasEnded(): boolean {
    return this.handle.hasEnded();
  }

  signal(signal: SignalName): SignalOutcome {
    if (this.hasEnded()) return "gone";
    if (this.mayEnd && this.handle.terminate(exitCodeOf(signal))) return "sent";
    return this.hasEnded() ? "gone" : "denied";
  }

  async ends(withinMs: number): Promise<boolean> {
    return (await loop.wait(this.handle, withinMs)) !== 0;
  }

  [Symbol.dispose](): void {
    this.handle[Symbol.dispose]();
  }
}
