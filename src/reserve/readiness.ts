import type { Os, Tree } from "../core/os.ts";
import type { HandoffWay } from "../core/reserve-event.ts";
import type { SocketRow } from "../core/socket.ts";
import type { Dialect } from "./handoff/dialect.ts";
import { BACKLOG } from "./handoff/prepare.ts";
import { type Bound, findServed, unserved, type WatchedPort } from "./verify.ts";

const PROBE_MS = 1000;
const PROBE_STEP_MS = 10;

/**
 * Tells whether the command serves on every one of its ports, and where. An inherited socket listens before the command
 * has even started: there, it must have called listen() itself, be seen waiting, or accept a connection.
 */
export async function checkReady(
  os: Os,
  tree: Tree,
  ports: readonly WatchedPort[],
  way: HandoffWay,
  dialect: Dialect | undefined,
  backlog: number = BACKLOG,
): Promise<Bound[] | undefined> {
  const { bound, rows } = findServed(os, tree, ports);
  if (unserved(ports, bound).length > 0) return undefined;
  if (way !== "inherit") return bound;
  const pids = tree.members().map(({ pid }) => pid);
  for (const row of rows) if (!(await servesInherited(os, row, pids, dialect, backlog))) return undefined;
  return bound;
}

/** How long who has the sockets may serve without being seen to: what can't be seen must not hold a restart up for ever. */
const UNSEEN_MS = 2000;

export interface TakeOver {
  readonly os: Os;
  readonly tree: Tree;
  readonly ports: readonly WatchedPort[];
  readonly way: HandoffWay;
  /** When the last thing happened to the ports, on the clock of `performance.now()`. */
  readonly since: number;
}

/**
 * Tells whether a generation serves on its ports, where another one may serve on the same sockets: it has them, and one of
 * its processes is seen waiting for connections, or has accepted one.
 */
export function checkTakenOver({ os, tree, ports, way, since }: TakeOver): Bound[] | undefined {
  const { bound, rows } = findServed(os, tree, ports);
  if (unserved(ports, bound).length > 0) return undefined;
  if (way === "release") return bound;
  const pids = tree.members().map(({ pid }) => pid);
  const patience = performance.now() - since > UNSEEN_MS;
  return rows.every((row) => row.state !== "listen" || acceptsFrom(os, row, pids, patience)) ? bound : undefined;
}

function acceptsFrom(os: Os, row: SocketRow, pids: readonly number[], whereUnseen: boolean): boolean {
  const waits = os.seesWaiter(row, pids);
  return waits === true || hasAccepted(os, row, pids) || (waits === undefined && whereUnseen);
}

function hasAccepted(os: Os, { at: { port } }: SocketRow, pids: readonly number[]): boolean {
  const rows = os.sockets({ port, protocol: "tcp", states: ["other"] });
  const owners = os.ownersOf(rows, pids);
  return rows.some((row) => (row.pid === undefined ? (owners.get(row.id)?.length ?? 0) > 0 : pids.includes(row.pid)));
}

async function servesInherited(
  os: Os,
  row: SocketRow,
  pids: readonly number[],
  dialect: Dialect | undefined,
  backlog: number,
): Promise<boolean> {
  if (row.queue && row.queue.limit !== backlog) return true;
  const seen = os.seesWaiter(row, pids);
  if (seen !== undefined) return seen;
  return dialect?.provenByConnecting ? acceptsConnection(os, row) : os.name !== "linux";
}

/** Connects, and looks whether the connection leaves the queue: only an accept() takes it out. */
async function acceptsConnection(os: Os, row: SocketRow): Promise<boolean> {
  const hostname = row.at.address.text === "0.0.0.0" ? "127.0.0.1" : row.at.address.text;
  const socket = await Bun.connect({ hostname, port: row.at.port, socket: { data() {} } }).catch(() => undefined);
  if (!socket) return false;
  try {
    for (const deadline = performance.now() + PROBE_MS; performance.now() < deadline;) {
      const rows = os.sockets({ port: row.at.port, protocol: "tcp", states: ["listen"] });
      if (rows.find(({ id }) => id === row.id)?.queue?.waiting === 0) return true;
      await Bun.sleep(PROBE_STEP_MS);
    }
    return false;
  } finally {
    socket.terminate();
  }
}
