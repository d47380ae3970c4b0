import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Endpoint } from "../../core/endpoint.ts";
import { fail } from "../../core/error.ts";
import type { HoldPassing } from "../../core/os.ts";
import { WindowsHold } from "./hold.ts";
import { adoptSocket, type BoundSocket, duplicateSocket } from "./winsock.ts";

/** One socket as its new process will open it: Winsock's own words, good for that process only. */
interface Lent {
  readonly at: Endpoint;
  /** In base64. */
  readonly info: string;
}

/**
 * Windows gives a socket to a process by its number, with words that the process must be told: they go by a file. A landing
 * is `PID:PATH`.
 */
export const windowsPassing: HoldPassing = {
  lend: (landing, holds) => {
    const colon = landing.indexOf(":");
    const pid = Number(landing.slice(0, colon));
    const lent = holds.map((hold) => (hold as WindowsHold).bound.map((each) => lend(each, pid)));
    writeFileSync(landing.slice(colon + 1), JSON.stringify(lent), { mode: 0o600 });
  },
  openLanding: (path) => ({
    path: `${process.pid}:${path}`,
    take: () =>
      (JSON.parse(readFileSync(path, "utf8")) as Lent[][]).map((sockets) => new WindowsHold(sockets.map(take))),
    [Symbol.dispose]: () => rmSync(path, { force: true }),
  }),
};

function lend({ socket, at }: BoundSocket, pid: number): Lent {
  const info = duplicateSocket(socket, pid);
  return typeof info === "number" ? refuse(info) : { at, info: Buffer.from(info).toString("base64") };
}

function take({ at, info }: Lent): BoundSocket {
  const socket = adoptSocket(new Uint8Array(Buffer.from(info, "base64")));
  return typeof socket === "number" ? refuse(socket) : { socket, at };
}

function refuse(error: number): never {
  return fail(
    "HANDOFF_REFUSED",
    `the held sockets can't be passed on (error ${error})`,
    "stop that one, and reserve the port anew",
  );
}
