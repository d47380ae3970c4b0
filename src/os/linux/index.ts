import type { Os } from "../../core/os.ts";
import { findCommand } from "../unix/find-command.ts";
import { hasOwnErrorStream } from "../unix/own-error-stream.ts";
import { raiseSignal } from "../unix/raise.ts";
import { numberOf } from "../unix/signals.ts";
import { readTerminal } from "../unix/terminal.ts";
import { findExclusives } from "./exclusives.ts";
import { readFileMode } from "./file-mode.ts";
import { holdPort } from "./hold.ts";
import { inheritedIgnores } from "../unix/ignored-signals.ts";
import { inheritedFds, keepFd } from "../unix/inherited-fds.ts";
import { LinuxNursery } from "./nursery.ts";
import { openProcess } from "./open-process.ts";
import { findHidden, findOwners, readProcess } from "./owners.ts";
import { firstUnprivilegedPort, privilegedPort } from "./refusal.ts";
import { explainSetAside } from "./reserved-ports.ts";
import { readSocketTable } from "./socket-table.ts";
import { waitingOn } from "./waiters.ts";

/** Linux, with what our starter gave us noted before anything of it is changed. */
export function openLinux(): Os {
  inheritedFds();
  inheritedIgnores();
  return linux;
}

const linux: Os = {
  name: "linux",
  hold: holdPort,
  sockets: readSocketTable,
  ownersOf: findOwners,
  hiddenAmong: findHidden,
  waitingOn,
  process: readProcess,
  exclusivesOf: findExclusives,
  openProcess,
  refusalOf: (port) => (port < firstUnprivilegedPort() && process.getuid?.() !== 0 ? privilegedPort(port) : undefined),
  setAside: explainSetAside,
  openNursery: (options) => new LinuxNursery(options),
  hasOwnErrorStream,
  terminal: readTerminal,
  keepFd,
  ignores: (signal) => inheritedIgnores().includes(numberOf(signal)),
  findCommand: (name) => findCommand(name, readFileMode),
  raise: raiseSignal,
  passing: async () => (await import("./passing.ts")).linuxPassing,
  network: async () => (await import("./network/index.ts")).linuxNetwork,
  origins: async () => (await import("./origin/index.ts")).linuxOrigins,
};
