import type { UnixSocket } from "../../core/network.ts";
import type { ProcessInfo } from "../../core/socket.ts";
import { baseName } from "../../holders/recognize/command.ts";
import { isWebServer, recognizeServer, type ServerKind } from "./server.ts";

type Socket = UnixSocket & { readonly processes: readonly ProcessInfo[] };

/** Why a unix socket is taken for the server that was meant. */
export interface UnixServer {
  readonly socket: Socket;
  readonly process: ProcessInfo;
  /** One line: `postgres listens on TCP port 5432 by default`. */
  readonly because: string;
}

/** The ports that these have by default on TCP, and how their unix sockets are called. */
const USUAL: readonly (readonly [port: number, kind: ServerKind | RegExp, path: RegExp])[] = [
  [3306, "mysql", /\/mysqld?\.sock$/],
  [6379, "redis", /redis|valkey/],
  [11211, "memcached", /memcached/],
  [27017, "mongodb", /\/mongodb-27017\.sock$/],
  [5432, "postgres", /\/\.s\.PGSQL\.5432$/],
  [2375, /^dockerd$/, /\/docker\.sock$/],
  [2376, /^dockerd$/, /\/docker\.sock$/],
  [9000, /^php-fpm/, /php.*fpm.*\.sock$/],
];

/**
 * The unix socket of the server that was meant by this TCP port, which nobody has. Only what ties the two counts: the
 * port's number in the socket's name or in the server's command line, a server whose usual port it is, or a web server of
 * our own folder that was started with a unix socket.
 */
export function findUnixServer(sockets: readonly Socket[], port: number, cwd?: string): UnixServer | undefined {
  const all = sockets.flatMap((socket) => socket.processes.map((process) => ({ socket, process })));
  for (const [tie, because] of TIES) {
    const found = all.find((each) => tie(each, port, cwd));
    if (found) return { ...found, because: because(found, port) };
  }
  return undefined;
}

interface Pair {
  readonly socket: Socket;
  readonly process: ProcessInfo;
}

type Tie = (pair: Pair, port: number, cwd: string | undefined) => boolean;

const TIES: readonly (readonly [tie: Tie, because: (pair: Pair, port: number) => string])[] = [
  [namesPort, ({ socket }, port) => `its name has the port's number: ${baseName(socket.path)}, ${port}`],
  [isUsual, ({ process }, port) => `${port} is the usual TCP port of ${process.name ?? "that server"}`],
  [asksForPort, (_, port) => `its command line has the port's number, too: ${port}`],
  [isOfFolder, ({ process }) => `it is the web server of this folder, ${process.cwd}`],
];

/** The number as a word of the socket's own name: `app-8000.sock`, `.s.PGSQL.5433`. */
function namesPort({ socket }: Pair, port: number): boolean {
  return new RegExp(`(?<![0-9])${port}(?![0-9])`).test(baseName(socket.path));
}

function isUsual({ socket, process }: Pair, port: number): boolean {
  const kind = recognizeServer(process);
  return USUAL.some(([usual, who, path]) => {
    const isIt = typeof who === "string" ? who === kind : who.test(process.name ?? "");
    return usual === port && isIt && path.test(socket.path);
  });
}

/** `uvicorn app:app --uds /run/app.sock --port 8000`: with a unix socket it does not heed the port. */
function asksForPort({ process, socket }: Pair, port: number): boolean {
  if (!isWebServer(recognizeServer(process)) || !asksForUnix(process, socket)) return false;
  return process.command.some(
    (word) => word === String(port) || word.endsWith(`:${port}`) || word.endsWith(`=${port}`),
  );
}

function isOfFolder({ process, socket }: Pair, _: number, cwd: string | undefined): boolean {
  if (cwd === undefined || cwd === "/" || process.cwd !== cwd) return false;
  return isWebServer(recognizeServer(process)) && asksForUnix(process, socket);
}

/** The command line asks for this socket. */
function asksForUnix({ command }: ProcessInfo, { path }: UnixSocket): boolean {
  const name = baseName(path);
  return name !== "" && command.some((word) => word.endsWith(name) || word.includes(`${name},`));
}
