import type { Os, Tree } from "../core/os.ts";
import type { HandoffWay } from "../core/reserve-event.ts";
import type { SocketRow } from "../core/socket.ts";
import type { Dialect } from "./handoff/dialect.ts";
import { BACKLOG } from "./handoff/prepare.ts";
import { type Bound, findServed, unserved, type WatchedPort } from "./verify.ts";

const PROBE_MS = 1000;
const PROBE_STEP_MS = 10;
/** How often, and how far apart, a server under load is looked at before it is left for a while. */
const LOOKS = 8;
const LOOK_STEP_MS = 3;
/** How long who has the sockets may serve without being seen to: what can't be seen must not hold a restart up for ever. */
const UNSEEN_MS = 2000;

export interface ListenCheck {
  readonly os: Os;
  readonly tree: Tree;
  readonly ports: readonly WatchedPort[];
  readonly way: HandoffWay;
  /** By inherit: how the command takes its sockets. */
  readonly dialect: Dialect | undefined;
  /** The length of the queue that an inherited socket has before the command has started. */
  readonly backlog: number | undefined;
  /** Whether another generation may serve on the same sockets. */
  readonly isBeside: boolean;
  /** When the last thing happened to the ports, on the clock of `performance.now()`. */
  readonly since: number;
}

/**
 * Tells whether the command serves on every one of its ports, and where: it listens there, and one of its processes is seen
 * waiting for connections, or has accepted one.
 */
export async function checkListening(check: ListenCheck): Promise<Bound[] | undefined> {
  const { os, tree, ports } = check;
  const { bound, rows } = findServed(os, tree, ports);
  if (unserved(ports, bound).length > 0) return undefined;
  const pids = tree.members().map(({ pid }) => pid);
  for (const row of rows) if (row.state === "listen" && !(await accepts(check, row, pids))) return undefined;
  return bound;
}

/** Under load a server is hardly seen to wait, and what it accepts is soon closed again: then several looks are taken. */
async function accepts(check: ListenCheck, row: SocketRow, pids: readonly number[]): Promise<boolean> {
  for (let look = 1; ; look++) {
    const waiting = check.os.waitingOn(row, pids);
    if (waiting === "waits") return true;
    const connections = findConnections(check.os, row, pids);
    if (connections === "accepted") return true;
    if (waiting === "unseen") return acceptsUnseen(check, row);
    if (connections === "none" || look === LOOKS) return false;
    await Bun.sleep(LOOK_STEP_MS);
  }
}

/** Whether one of these processes has accepted a connection on that port; `others`: there are some, which are not seen to be theirs. */
function findConnections(os: Os, { at: { port } }: SocketRow, pids: readonly number[]): "accepted" | "others" | "none" {
  const rows = os.sockets({ port, protocol: "tcp", states: ["established", "other"] });
  if (rows.length === 0) return "none";
  const owners = os.ownersOf(rows, pids);
  const isTheirs = ({ id, pid }: SocketRow) =>
    pid === undefined ? (owners.get(id)?.length ?? 0) > 0 : pids.includes(pid);
  return rows.some(isTheirs) ? "accepted" : "others";
}

/**
 * Where nothing better can be seen, who listens serves. An inherited socket listens before the command has even started:
 * there, it must have called listen() itself, or accept a connection.
 */
async function acceptsUnseen(check: ListenCheck, row: SocketRow): Promise<boolean> {
  const { os, way, dialect, backlog = BACKLOG, isBeside, since } = check;
  if (isBeside) return performance.now() - since > UNSEEN_MS;
  if (way !== "inherit" || (row.queue && row.queue.limit !== backlog)) return true;
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
