import type { SignalName } from "../../core/os.ts";
import { lazyDll } from "./dll.ts";
import { exitCodeOf } from "./exit-codes.ts";

const kernel32 = lazyDll("kernel32.dll", { ExitProcess: { args: ["u32"], returns: "void" } });

/** What `process.exit` passes on of an exit code. */
const KEPT_BITS = 0xff;

/** Windows has no death by signal: exits with the code that stands for it. */
export function raiseSignal(signal: SignalName): never {
  return exitProcess(exitCodeOf(signal));
}

/**
 * Windows' exit codes have 32 bits, and `process.exit` keeps 8: when it is this code that we end with, all of it is told.
 */
export function keepWholeExitCode(code: number): void {
  if (code <= KEPT_BITS) return;
  process.once("exit", (ours) => {
    if ((ours & KEPT_BITS) === (code & KEPT_BITS)) exitProcess(code);
  });
}

function exitProcess(code: number): never {
  kernel32().ExitProcess(code);
  throw new Error("unreachable: ExitProcess does not return");
}
