import type { Endpoint } from "../../../core/endpoint.ts";
import type { DatagramOutcome } from "../../../core/network.ts";
import { WSAECONNREFUSED, WSAECONNRESET, WSAEWOULDBLOCK } from "../error-codes.ts";
import { closeSocket } from "../winsock.ts";
import { isConnectedToItself, openClient, receive, sendNothing, startConnect } from "./client-socket.ts";
import { failureOf, showError } from "./errors.ts";
import { untilReady } from "./until-ready.ts";

/** An answer longer than this is cut. */
const ANSWER_BYTES = 4096;

/** One empty datagram from a connected socket, so that what ICMP says of it comes back to us. */
export async function sendDatagram(to: Endpoint, timeoutMs: number): Promise<DatagramOutcome> {
  const startedAt = performance.now();
  const socket = openClient(to);
  if (typeof socket === "number") return failed(socket, to);
  try {
    const error = startConnect(socket, to) || (isConnectedToItself(socket) ? WSAECONNREFUSED : sendNothing(socket));
    if (error !== 0) return broken(error, to, performance.now() - startedAt);
    return await awaitAnswer(socket, to, startedAt, timeoutMs);
  } finally {
    closeSocket(socket);
  }
}

async function awaitAnswer(
  socket: bigint,
  to: Endpoint,
  startedAt: number,
  timeoutMs: number,
): Promise<DatagramOutcome> {
  const bytes = new Uint8Array(ANSWER_BYTES);
  for (;;) {
    const left = startedAt + timeoutMs - performance.now();
    const isReady = await untilReady(socket, "read", left);
    const afterMs = performance.now() - startedAt;
    if (!isReady) return { kind: "silent", afterMs };
    const got = receive(socket, bytes);
    if (got >= 0) return { kind: "answered", bytes: bytes.slice(0, got), afterMs };
    if (got !== -WSAEWOULDBLOCK) return broken(-got, to, afterMs);
    if (left <= 0) return { kind: "silent", afterMs };
  }
}

/** A datagram that nobody takes "resets" the socket, as Windows has it. */
function broken(error: number, to: Endpoint, afterMs: number): DatagramOutcome {
  const isRefusal = error === WSAECONNRESET || error === WSAECONNREFUSED;
  return isRefusal ? { kind: "refused", afterMs, shown: showError(error) } : failed(error, to, afterMs);
}

function failed(error: number, to: Endpoint, afterMs = 0): DatagramOutcome {
  return { kind: "failed", failure: failureOf(error, to.address), afterMs, shown: showError(error) };
}
