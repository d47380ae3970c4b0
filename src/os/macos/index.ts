import { statSync } from "node:fs";
import type { Os } from "../../core/os.ts";
import { findCommand } from "../unix/find-command.ts";
import { keepFd } from "../unix/inherited-fds.ts";
import { inheritedIgnores } from "../unix/ignored-signals.ts";
import { hasOwnErrorStream } from "../unix/own-error-stream.ts";
import { findPidFiles } from "../unix/pid-files.ts";
import { raiseSignal } from "../unix/raise.ts";
import { numberOf } from "../unix/signals.ts";
import { readTerminal } from "../unix/terminal.ts";
import { holdPort } from "./hold.ts";
import { MacNursery } from "./nursery.ts";
import { openProcess } from "./open-process.ts";
import { readProcess } from "./processes.ts";
import { explainRefusal } from "./refusal.ts";
import { findHidden, findOwners, listSockets } from "./sockets.ts";

/** macOS 13 and later, with what our starter gave us noted before anything of it is changed. */
export function openMacos(): Os {
  inheritedIgnores();
  return macos;
}

const macos: Os = {
  name: "macos",
  hold: holdPort,
  sockets: listSockets,
  ownersOf: findOwners,
  hiddenAmong: findHidden,
  // Which kqueue watches a socket is told to nobody but its owner.
  waitingOn: () => "unseen",
  process: readProcess,
  // Who holds a lock is told to nobody there.
  exclusivesOf: (pids) => findPidFiles(pids.flatMap((pid) => readProcess(pid) ?? [])),
  openProcess,
  refusalOf: explainRefusal,
  // There is no such list.
  setAside: () => undefined,
  openNursery: (options) => new MacNursery(options),
  hasOwnErrorStream,
  terminal: readTerminal,
  keepFd,
  ignores: (signal) => inheritedIgnores().includes(numberOf(signal)),
  findCommand: (name) => findCommand(name, readMode),
  raise: raiseSignal,
  passing: async () => (await import("./passing.ts")).macPassing,
  network: async () => (await import("./network/index.ts")).macosNetwork,
  origins: async () => (await import("./origin/index.ts")).macosOrigins,
};

function readMode(path: string): number | undefined {
  try {
    return statSync(path).mode;
  } catch {
    return undefined;
  }
}
