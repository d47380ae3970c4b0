import type { Endpoint } from "../../../core/endpoint.ts";
import type { ConnectOptions, ConnectOutcome, Greeting } from "../../../core/network.ts";
import { WSAECONNREFUSED, WSAECONNRESET, WSAETIMEDOUT, WSAEWOULDBLOCK } from "../error-codes.ts";
import { closeSocket } from "../winsock.ts";
import {
  isConnectedToItself,
  limitToOneSyn,
  nameOf,
  openClient,
  receive,
  startConnect,
  takeError,
} from "./client-socket.ts";
import { failureOf, showError } from "./errors.ts";
import { untilReady } from "./until-ready.ts";

/** A greeting longer than this is cut. */
const GREETING_BYTES = 4096;
/** What is read, and thrown away, before the end: a socket that is closed over unread bytes resets its connection. */
const MOST_DRAINED = 16;
/** More than the second for which a machine may keep silent about what it refuses. */
const NEXT_TRY_MS = 1100;
/** When Windows repeats a SYN by itself. */
const RESENT_AFTER_MS = [1000, 3000, 7000] as const;

interface Try {
  readonly to: Endpoint;
  readonly options: ConnectOptions;
  readonly afterMs: () => number;
}

/**
 * A real connect(), then a moment of listening; nothing is ever sent. Windows takes two seconds to believe a refusal, so
 * each try is one SYN, and where it stays unanswered for a second, a further one is made.
 */
export async function connectTo(to: Endpoint, options: ConnectOptions): Promise<ConnectOutcome> {
  const startedAt = performance.now();
  const afterMs = () => performance.now() - startedAt;
  for (let syns = 0; ;) {
    const outcome = await tryOnce({ to, options, afterMs });
    if (typeof outcome !== "number") return outcome;
    syns += outcome;
    if (afterMs() >= options.timeoutMs) return { kind: "timeout", afterMs: afterMs(), syns };
  }
}

/** What came of it, or how often it was asked without an answer. */
async function tryOnce(attempt: Try): Promise<ConnectOutcome | number> {
  const socket = openClient(attempt.to, attempt.options.from);
  if (typeof socket === "number") return failed(attempt, socket);
  try {
    return await connectWith(socket, attempt);
  } finally {
    closeSocket(socket);
  }
}

async function connectWith(socket: bigint, attempt: Try): Promise<ConnectOutcome | number> {
  const { to, options, afterMs } = attempt;
  const isOneSyn = limitToOneSyn(socket);
  const left = options.timeoutMs - afterMs();
  const setOutAt = afterMs();
  const started = startConnect(socket, to);
  if (started !== 0 && started !== WSAEWOULDBLOCK) return failed(attempt, started);
  // Our end may be known here already, and is not any more once the other side has reset the connection.
  const early = nameOf(socket);
  const isReady = started === 0 || (await untilReady(socket, "connect", isOneSyn ? Math.min(left, NEXT_TRY_MS) : left));
  const connectedAfter = afterMs();
  if (!isReady) return isOneSyn ? 1 : 1 + RESENT_AFTER_MS.filter((at) => at <= connectedAfter - setOutAt).length;
  const error = takeError(socket);
  if (error === WSAETIMEDOUT && isOneSyn) return 1;
  // A connection that is refused is never called reset: this one was taken first.
  if (error === WSAECONNRESET) return connected(connectedAfter, { ...to, ...early, dual: false }, { kind: "reset" });
  if (error !== 0) return failed(attempt, error);
  if (isConnectedToItself(socket)) return failed(attempt, WSAECONNREFUSED);
  const local: Endpoint = { ...to, ...nameOf(socket), dual: false };
  return connected(connectedAfter, local, await listenTo(socket, options.listenMs));
}

function connected(afterMs: number, local: Endpoint, greeting: Greeting): ConnectOutcome {
  return { kind: "connected", afterMs, local, greeting };
}

function failed({ to, afterMs }: Try, error: number): ConnectOutcome {
  return { kind: "failed", failure: failureOf(error, to.address), afterMs: afterMs(), shown: showError(error) };
}

async function listenTo(socket: bigint, listenMs: number): Promise<Greeting> {
  const until = performance.now() + listenMs;
  const bytes = new Uint8Array(GREETING_BYTES);
  for (;;) {
    if (!(await untilReady(socket, "read", until - performance.now()))) return { kind: "silent" };
    const got = receive(socket, bytes);
    if (got === 0) return { kind: "closed" };
    if (got > 0) {
      drain(socket);
      return { kind: "said", bytes: bytes.slice(0, got) };
    }
    if (got !== -WSAEWOULDBLOCK) return { kind: "reset" };
    if (performance.now() >= until) return { kind: "silent" };
  }
}

function drain(socket: bigint): void {
  const rest = new Uint8Array(GREETING_BYTES);
  for (let count = 0; count < MOST_DRAINED; count++) if (receive(socket, rest) <= 0) return;
}
