import type { Endpoint } from "../../../core/endpoint.ts";
import type { DatagramOutcome } from "../../../core/network.ts";
import { EAGAIN, ECONNREFUSED, EINTR, IPPROTO_IPV6, POLLIN } from "../constants.ts";
import { closeFd, readFd } from "../files.ts";
import { setOption } from "../sockets.ts";
import { isConnectedToItself, openClient, sendNothing, startConnect } from "./client-socket.ts";
import { failureOf, showError } from "./errors.ts";
import { untilReady } from "./until-ready.ts";

/** An answer longer than this is cut. */
const ANSWER_BYTES = 4096;
const IPPROTO_IP = 0;
const IP_RECVERR = 11;
const IPV6_RECVERR = 25;

/** One empty datagram from a connected socket, so that what ICMP says of it comes back to us. */
export async function sendDatagram(to: Endpoint, timeoutMs: number): Promise<DatagramOutcome> {
  const startedAt = performance.now();
  const fd = openClient(to);
  if (fd < 0) return failed(-fd);
  try {
    if (process.platform === "linux") askForEveryError(fd, to);
    const sent = startConnect(fd, to) || (isConnectedToItself(fd) ? -ECONNREFUSED : sendNothing(fd));
    if (sent < 0) return broken(-sent, performance.now() - startedAt);
    return await awaitAnswer(fd, startedAt, timeoutMs);
  } finally {
    closeFd(fd);
  }
}

/** Linux keeps "host unreachable" and the like from a UDP socket that did not ask for them. */
function askForEveryError(fd: number, { address }: Endpoint): void {
  if (address.family === 4) setOption(fd, IPPROTO_IP, IP_RECVERR, 1);
  else setOption(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
}

async function awaitAnswer(fd: number, startedAt: number, timeoutMs: number): Promise<DatagramOutcome> {
  const bytes = new Uint8Array(ANSWER_BYTES);
  for (;;) {
    const left = startedAt + timeoutMs - performance.now();
    const ready = await untilReady(fd, POLLIN, left);
    const afterMs = performance.now() - startedAt;
    if (ready === 0) return { kind: "silent", afterMs };
    // 0 is an empty datagram: a socket without a connection has no end.
    const got = readFd(fd, bytes);
    if (got >= 0) return { kind: "answered", bytes: bytes.slice(0, got), afterMs };
    // Ready and nothing there: a datagram that was damaged on its way.
    if (got !== -EAGAIN && got !== -EINTR) return broken(-got, afterMs);
    if (left <= 0) return { kind: "silent", afterMs };
  }
}

function broken(error: number, afterMs: number): DatagramOutcome {
  return error === ECONNREFUSED ? { kind: "refused", afterMs, shown: showError(error) } : failed(error, afterMs);
}

function failed(error: number, afterMs = 0): DatagramOutcome {
  return { kind: "failed", failure: failureOf(error), afterMs, shown: showError(error) };
}
