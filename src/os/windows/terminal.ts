import type { TerminalState } from "../../core/os.ts";
import { lazyDll } from "./dll.ts";

const kernel32 = lazyDll("kernel32.dll", {
  GetConsoleProcessList: { args: ["buffer", "u32"], returns: "u32" },
});

/**
 * Ctrl-C goes to every process of a console, whatever their stdin is: being attached to one is what counts. There is no
 * background on Windows.
 */
export function readTerminal(): TerminalState {
  const attached = kernel32().GetConsoleProcessList(new Uint32Array(1), 1) > 0;
  return { controlling: attached, foreground: attached };
}
