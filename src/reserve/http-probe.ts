import type { Socket } from "bun";
import { formatHostPort, isAny, LOOPBACK4, LOOPBACK6 } from "../core/address.ts";
import type { Os, Tree } from "../core/os.ts";
import type { ReadyCheck } from "../core/reserve-request.ts";
import type { SocketRow } from "../core/socket.ts";

/** How long somebody may take to accept, and then to answer. */
const ACCEPT_MS = 1000;
const ANSWER_MS = 5000;
const LOOK_MS = 5;

/** One connection of ours, with what came back on it. */
interface Connection extends Disposable {
  readonly localPort: number;
  readonly write: (text: string) => void;
  /** The status of the answer; nothing where there is none, or none in time. */
  readonly status: (timeoutMs: number) => Promise<number | undefined>;
}

/**
 * Whether this tree answers HTTP on a listening socket as it should. Another generation may accept on the same socket, so
 * the request is completed only once a process of this tree is seen to have the other end of our connection.
 */
export async function answersHttp(
  os: Os,
  tree: Tree,
  { at }: SocketRow,
  { path, status }: Extract<ReadyCheck, { kind: "http" }>,
): Promise<boolean> {
  const address = isAny(at.address) ? (at.address.family === 4 || at.dual ? LOOPBACK4 : LOOPBACK6) : at.address;
  using connection = await connect(address.text, at.port).catch(() => undefined);
  if (!connection) return false;
  const host = formatHostPort(address, at.port);
  connection.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: portguard\r\nConnection: close\r\n`);
  if (!(await isAcceptedBy(os, tree, at.port, connection.localPort))) return false;
  connection.write("\r\n");
  const got = await connection.status(ANSWER_MS);
  return got !== undefined && (status === undefined ? got < 500 : got === status);
}

async function isAcceptedBy(os: Os, tree: Tree, port: number, localPort: number): Promise<boolean> {
  for (const deadline = performance.now() + ACCEPT_MS; performance.now() < deadline; await Bun.sleep(LOOK_MS)) {
    const rows = os.sockets({ port, protocol: "tcp", states: ["established"] });
    const row = rows.find(({ peerPort }) => peerPort === localPort);
    if (!row) continue;
    const pids = tree.members().map(({ pid }) => pid);
    const owners = row.pid === undefined ? (os.ownersOf([row], pids).get(row.id) ?? []) : [row.pid];
    if (owners.some((pid) => pids.includes(pid))) return true;
  }
  return false;
}

async function connect(hostname: string, port: number): Promise<Connection> {
  let received = "";
  const ended = Promise.withResolvers<void>();
  const socket: Socket = await Bun.connect({
    hostname,
    port,
    socket: {
      data: (_, bytes) => {
        received += bytes.toString("latin1");
        if (received.includes("\r\n")) ended.resolve();
      },
      close: () => ended.resolve(),
      error: () => ended.resolve(),
    },
  });
  const status = async (timeoutMs: number) => {
    const timer = setTimeout(ended.resolve, timeoutMs);
    await ended.promise;
    clearTimeout(timer);
    const code = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(received)?.[1];
    return code === undefined ? undefined : Number(code);
  };
  return {
    localPort: socket.localPort,
    write: (text) => void socket.write(text),
    status,
    // A reset: no side keeps the connection in TIME_WAIT.
    [Symbol.dispose]: () => socket.terminate(),
  };
}
