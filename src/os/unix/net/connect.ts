import type { Endpoint } from "../../../core/endpoint.ts";
import type { ConnectOptions, ConnectOutcome, Greeting } from "../../../core/network.ts";
import { EAGAIN, ECONNREFUSED, ECONNRESET, EINPROGRESS, EINTR, EPIPE, POLLIN, POLLOUT } from "../constants.ts";
import { closeFd, readFd } from "../files.ts";
import { nameOf } from "../sockets.ts";
import { isConnectedToItself, openClient, peerOf, startConnect, takeError } from "./client-socket.ts";
import { countSyns } from "./count-syns.ts";
import { failureOf, showError } from "./errors.ts";
import { untilReady } from "./until-ready.ts";

/** A greeting longer than this is cut. */
const GREETING_BYTES = 4096;
/** What is read, and thrown away, before the end: a socket that is closed over unread bytes resets its connection. */
const MOST_DRAINED = 16;
const AGAIN_MS = 10;

/** A socket on its way, and when it set out. */
interface Attempt {
  readonly fd: number;
  readonly to: Endpoint;
  readonly afterMs: () => number;
}

/** A real connect(), then a moment of listening; nothing is ever sent. Any number of them run side by side. */
export async function connectTo(to: Endpoint, { timeoutMs, listenMs, from }: ConnectOptions): Promise<ConnectOutcome> {
  const startedAt = performance.now();
  const afterMs = () => performance.now() - startedAt;
  const fd = openClient(to, from);
  if (fd < 0) return failed(-fd, afterMs());
  try {
    return await connectWith({ fd, to, afterMs }, timeoutMs, listenMs);
  } finally {
    closeFd(fd);
  }
}

async function connectWith(attempt: Attempt, timeoutMs: number, listenMs: number): Promise<ConnectOutcome> {
  const { fd, to, afterMs } = attempt;
  const started = startConnect(fd, to);
  if (started < 0 && started !== -EINPROGRESS && started !== -EINTR) return failed(-started, afterMs());
  // Our end is known from here on, and no longer once the other side has reset the connection.
  const local: Endpoint = { ...to, ...nameOf(fd), dual: false };
  const error = started === 0 ? 0 : await awaitConnection(attempt, timeoutMs);
  if (error === "timeout") return { kind: "timeout", afterMs: afterMs(), syns: countSyns(fd, afterMs()) };
  const connectedAfter = afterMs();
  // A connection that is refused is never called reset: this one was taken first.
  if (error === ECONNRESET || error === EPIPE) return connected(connectedAfter, local, { kind: "reset" });
  if (error !== 0) return failed(error, connectedAfter);
  if (isConnectedToItself(fd)) return failed(ECONNREFUSED, connectedAfter);
  return connected(connectedAfter, local, await listenTo(fd, listenMs));
}

/** 0 when it is connected, an error number, or that the time is up. */
async function awaitConnection({ fd, afterMs }: Attempt, timeoutMs: number): Promise<number | "timeout"> {
  for (;;) {
    const left = timeoutMs - afterMs();
    if ((await untilReady(fd, POLLOUT, left)) === 0) return "timeout";
    const error = takeError(fd);
    if (error !== 0 || peerOf(fd) !== undefined) return error;
    // Linux has POLLERR for news about a connection that is still under way, too.
    if (left <= 0) return "timeout";
    await Bun.sleep(AGAIN_MS);
  }
}

function connected(afterMs: number, local: Endpoint, greeting: Greeting): ConnectOutcome {
  return { kind: "connected", afterMs, local, greeting };
}

function failed(error: number, afterMs: number): ConnectOutcome {
  return { kind: "failed", failure: failureOf(error), afterMs, shown: showError(error) };
}

async function listenTo(fd: number, listenMs: number): Promise<Greeting> {
  const until = performance.now() + listenMs;
  const bytes = new Uint8Array(GREETING_BYTES);
  for (;;) {
    if ((await untilReady(fd, POLLIN, until - performance.now())) === 0) return { kind: "silent" };
    const got = readFd(fd, bytes);
    if (got === 0) return { kind: "closed" };
    if (got > 0) {
      drain(fd);
      return { kind: "said", bytes: bytes.slice(0, got) };
    }
    if (got !== -EAGAIN && got !== -EINTR) return { kind: "reset" };
    if (performance.now() >= until) return { kind: "silent" };
  }
}

function drain(fd: number): void {
  const rest = new Uint8Array(GREETING_BYTES);
  for (let count = 0; count < MOST_DRAINED; count++) if (readFd(fd, rest) <= 0) return;
}
