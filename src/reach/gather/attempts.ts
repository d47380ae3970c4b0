import { isLoopback } from "../../core/address.ts";
import type { Attempt, Candidate } from "../../core/diagnosis.ts";
import type { Endpoint } from "../../core/endpoint.ts";
import type { Network } from "../../core/network.ts";
import type { ReachRequest } from "../../core/target.ts";
import type { Facts, Listener } from "../facts.ts";
import { takes } from "../reading/tries.ts";
import { isDatabase } from "../recognize/server.ts";
import { describeOwner } from "../words/describe.ts";

/** How long a connection is listened to. A machine of our own is near; elsewhere one more way there and back is allowed. */
const LISTEN_LOCAL_MS = 30;
const LISTEN_REMOTE_MS = 150;
const ANSWER_LOCAL_MS = 300;

/** Connects to each candidate, all at once. */
export async function connectToAll(
  { target, timeoutMs }: ReachRequest,
  candidates: readonly Candidate[],
  isLocal: boolean,
  network: Network,
): Promise<readonly Attempt[]> {
  const listenMs = isLocal ? LISTEN_LOCAL_MS : LISTEN_REMOTE_MS;
  return Promise.all(
    candidates.map(async ({ address, as }) => {
      const to: Endpoint = { protocol: "tcp", address, port: target.port, dual: false };
      return { to, as, outcome: await network.connect(to, { timeoutMs, listenMs }) };
    }),
  );
}

/** Sends one empty datagram to each candidate, all at once. */
export async function sendToAll(
  { target, timeoutMs }: ReachRequest,
  candidates: readonly Candidate[],
  isLocal: boolean,
  network: Network,
): Promise<Facts["datagrams"]> {
  // Our own kernel refuses at once, and most UDP servers don't answer an empty datagram.
  const waitMs = isLocal ? Math.min(timeoutMs, ANSWER_LOCAL_MS) : timeoutMs;
  return Promise.all(
    candidates.map(async ({ address, as }) => {
      const to: Endpoint = { protocol: "udp", address, port: target.port, dual: false };
      return { to, as, outcome: await network.sendDatagram(to, waitMs) };
    }),
  );
}

/** Why this target must not be connected to unasked; nothing where it may be. */
export function findReasonToSpare({ probe }: ReachRequest, listeners: readonly Listener[]): string | undefined {
  if (probe !== undefined) return undefined;
  const oneShot = listeners.find(({ owners }) => owners.some(({ server }) => server === "one-shot"));
  return oneShot && `${describeOwner(oneShot)} serves one connection only, and a test would use it up`;
}

/**
 * A database counts connections that say nothing as failures, and may lock us out: of the addresses that it listens on only
 * one is asked, the first loopback or, where others would connect, the first that they could use.
 */
export function limitCandidates(
  candidates: readonly Candidate[],
  listeners: readonly Listener[],
  forOthers: boolean,
): readonly Candidate[] {
  const databases = listeners.filter(({ owners }) => owners.some(({ server }) => isDatabase(server)));
  const served = candidates.filter(({ address }) => databases.some(({ row }) => takes(row.at, address)));
  const asked = served.find(({ address }) => isLoopback(address) !== forOthers) ?? served[0];
  return candidates.filter((candidate) => candidate === asked || !served.includes(candidate));
}
