import type { Os, SignalName } from "../core/os.ts";

/** What may be sent to us, and is either acted on or passed to the command. */
const HEARD: readonly SignalName[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"];
/** What Windows' consoles give: Ctrl-C, Ctrl-Break, and SIGHUP when their window is closed. */
const HEARD_ON_WINDOWS: readonly SignalName[] = ["SIGINT", "SIGBREAK", "SIGHUP"];

/** Hears signals until disposed of. What our starter has us ignore stays ignored. */
export function hearSignals(os: Os, onSignal: (signal: SignalName) => void): Disposable {
  const signals = (os.name === "windows" ? HEARD_ON_WINDOWS : HEARD).filter((signal) => !os.ignores(signal));
  for (const signal of signals) process.on(signal, onSignal);
  return {
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
