import type { Os } from "../../core/os.ts";
import { findCommand } from "./find-command.ts";
import { holdPort } from "./hold.ts";
import { WindowsNursery } from "./nursery.ts";
import { readProcess } from "./processes.ts";
import { raiseSignal } from "./exit-process.ts";
import { explainRefusal } from "./refusal.ts";
import { listSockets, ownersOf } from "./sockets.ts";
import { openProcess } from "./open-process.ts";
import { readTerminal } from "./terminal.ts";

/** Windows 8 and later. */
export function openWindows(): Os {
  return {
    name: "windows",
    hold: holdPort,
    sockets: listSockets,
    ownersOf,
    // The tables name every owner.
    hiddenAmong: () => [],
    // No call of Windows tells who waits on a socket.
    waitingOn: () => "unseen",
    process: readProcess,
    // Two that could have a port at once are never started there.
    exclusivesOf: () => [],
    openProcess,
    refusalOf: explainRefusal,
    // What is excluded there is refused to everybody.
    setAside: () => undefined,
    openNursery: (options) => new WindowsNursery(options),
    // Whoever reads our streams there is told by handles that Bun keeps for itself.
    hasOwnErrorStream: () => false,
    terminal: readTerminal,
    // No handle but the standard ones is inherited.
    keepFd: () => undefined,
    // A starter can turn Ctrl-C off for us; then it never arrives, and there is nothing to heed.
    ignores: () => false,
    findCommand: (name) => findCommand(name),
    raise: raiseSignal,
    passing: async () => (await import("./passing.ts")).windowsPassing,
    network: async () => (await import("./network/index.ts")).windowsNetwork,
    origins: async () => (await import("./origin/index.ts")).windowsOrigins,
  };
}
