/**
 * A load of requests, each on a connection of its own: `bun load.ts PORT AT_ONCE AT_LEAST`. It goes on until its stdin has
 * ended and so many were made, and prints one JSON object (`LoadFigures`). Load tools can't tell a refused connect from a lost answer: this one does.
 */
import type { Socket } from "bun";

/** What became of all requests. Times are milliseconds since the epoch. */
export interface LoadFigures {
  readonly asked: number;
  readonly answered: number;
  /** connect() failed with ECONNREFUSED. */
  readonly refused: number;
  /** connect() failed in any other way, by its code. */
  readonly failedConnects: Readonly<Record<string, number>>;
  /** Connected, and the connection ended before the whole answer had come. */
  readonly lost: readonly { readonly id: number; readonly at: number }[];
  /** How long the slowest one took from connect to the end, in milliseconds. */
  readonly slowestMs: number;
  /** The answers: how many bodies were this text. */
  readonly bodies: Readonly<Record<string, number>>;
}

const [port = 0, atOnce = 1, atLeast = 0] = process.argv.slice(2).map(Number);
const failedConnects: Record<string, number> = {};
const bodies: Record<string, number> = {};
const lost: { id: number; at: number }[] = [];
let [asked, answered, refused, slowestMs] = [0, 0, 0, 0];
const told = new AbortController();

/** The body, once all of it is there. */
function bodyOf(received: string): string | undefined {
  const end = received.indexOf("\r\n\r\n");
  const length = /\r\ncontent-length: *(\d+)/i.exec(received)?.[1];
  if (end < 0 || length === undefined || !/^HTTP\/1\.[01] 200 /.test(received)) return undefined;
  const body = received.slice(end + 4);
  return body.length === Number(length) ? body.trim() : undefined;
}

function ask(id: number): Promise<void> {
  const done = Promise.withResolvers<void>();
  const begin = performance.now();
  let received = "";
  const settle = () => {
    slowestMs = Math.max(slowestMs, performance.now() - begin);
    const body = bodyOf(received);
    if (body === undefined) lost.push({ id, at: Date.now() });
    else {
      answered++;
      bodies[body] = (bodies[body] ?? 0) + 1;
    }
    done.resolve();
  };
  const failConnect = (error: Error & { code?: string }) => {
    if (error.code === "ECONNREFUSED") refused++;
    else failedConnects[error.code ?? error.message] = (failedConnects[error.code ?? error.message] ?? 0) + 1;
    done.resolve();
  };
  Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      open: (socket: Socket) =>
        void socket.write(`GET /${id} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
      data: (_, bytes) => void (received += bytes.toString("latin1")),
      close: settle,
      error: () => undefined,
      connectError: (_, error) => failConnect(error),
    },
  }).catch(() => undefined);
  return done.promise;
}

async function askAgainAndAgain(): Promise<void> {
  while (!told.signal.aborted || asked < atLeast) await ask(++asked);
}

const end = (async () => {
  for await (const _ of process.stdin);
  told.abort();
})();
await Promise.all([end, ...Array.from({ length: atOnce }, askAgainAndAgain)]);
console.log(
  JSON.stringify({ asked, answered, refused, failedConnects, lost, slowestMs, bodies } satisfies LoadFigures),
);
