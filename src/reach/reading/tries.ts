import { type Address, isAny, isLoopback, sameAddress } from "../../core/address.ts";
import type { Attempt } from "../../core/diagnosis.ts";
import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import type { Evidence } from "../../core/finding.ts";
import type { ConnectOutcome, DatagramOutcome } from "../../core/network.ts";
import type { Facts, Listener } from "../facts.ts";
import { wantsOutside } from "./wants.ts";

/** One address that was really tried, by TCP or UDP. */
export interface Try {
  readonly to: Endpoint;
  readonly as: string;
  readonly met: "answer" | "refused" | "silence" | "other";
  readonly evidence: Evidence;
}

/**
 * The tries that decide: of a bare port the loopbacks, or, where others would connect, the machine's other addresses; else
 * every address of the target. `answer`: TCP took the connection and did not break it; UDP sent something back.
 */
export function findMeantTries(facts: Facts): readonly Try[] {
  const { target } = facts.request;
  const all = listTries(facts);
  if (target.host.kind !== "this-machine") return all;
  const outside = wantsOutside(facts);
  return all.filter(({ to }) => isLoopback(to.address) !== outside);
}

function listTries({ attempts, datagrams, request }: Facts): readonly Try[] {
  const tcp = attempts.map(tryOf);
  const udp = datagrams.map(({ to, as, outcome }): Try => {
    return { to, as, met: metByDatagram(outcome), evidence: { what: showDatagram(to, outcome), source: "datagram" } };
  });
  return request.target.protocol === "udp" ? udp : tcp;
}

/** What a connection met. */
export function tryOf({ to, as, outcome }: Attempt): Try {
  return { to, as, met: metByConnect(outcome), evidence: { what: showConnect(to, outcome), source: "connect" } };
}

function metByConnect(outcome: ConnectOutcome): Try["met"] {
  switch (outcome.kind) {
    case "connected":
      return outcome.greeting.kind === "closed" || outcome.greeting.kind === "reset" ? "other" : "answer";
    case "failed":
      return outcome.failure === "refused" ? "refused" : outcome.failure === "timed-out" ? "silence" : "other";
    case "timeout":
      return "silence";
  }
}

function showConnect(to: Endpoint, outcome: ConnectOutcome): string {
  const at = formatEndpoint(to);
  switch (outcome.kind) {
    case "connected":
      return `${at} takes the connection${SHOWN_GREETING[outcome.greeting.kind]}`;
    case "failed":
      return `${at}: ${outcome.shown}`;
    case "timeout":
      return `${at} does not answer within ${Math.round(outcome.afterMs)} ms`;
  }
}

const SHOWN_GREETING = {
  silent: "",
  said: " and speaks",
  closed: " and closes it at once",
  reset: " and resets it at once",
} as const;

function metByDatagram(outcome: DatagramOutcome): Try["met"] {
  switch (outcome.kind) {
    case "answered":
      return "answer";
    case "refused":
      return "refused";
    case "failed":
      return outcome.failure === "refused" ? "refused" : "other";
    case "silent":
      return "silence";
  }
}

function showDatagram(to: Endpoint, outcome: DatagramOutcome): string {
  const at = formatEndpoint(to);
  switch (outcome.kind) {
    case "answered":
      return `${at} answers`;
    case "refused":
    case "failed":
      return `${at}: ${outcome.shown}`;
    case "silent":
      return `${at} says nothing within ${Math.round(outcome.afterMs)} ms`;
  }
}

/** Who serves on the port in the target's protocol: listening sockets (TCP), open ones (UDP). */
export function findServing({ listeners, request }: Pick<Facts, "listeners" | "request">): readonly Listener[] {
  const { protocol } = request.target;
  const serves = protocol === "tcp" ? "listen" : "open";
  return listeners.filter(({ row }) => row.at.protocol === protocol && row.state === serves);
}

/** Whether a socket there takes what is sent to this address (the interface that it may be bound to aside). */
export function takes({ address: own, dual }: Endpoint, address: Address): boolean {
  if (isAny(own)) return own.family === address.family || (own.family === 6 && dual);
  const mapped = /^::ffff:([0-9.]+)$/.exec(own.text)?.[1];
  return mapped === undefined ? sameAddress(own, address) : address.family === 4 && mapped === address.text;
}

/** Those who serve there, the most specific first: it is the one that gets the connection. */
export function findServingAt(facts: Facts, { address }: Endpoint): readonly Listener[] {
  return findServing(facts)
    .filter(({ row }) => takes(row.at, address))
    .toSorted((a, b) => Number(isAny(a.row.at.address)) - Number(isAny(b.row.at.address)));
}

/**
 * An IPv4 address that was refused, where every socket of the port is for IPv6: what the target's clients meet. With a
 * name whose first address answers, nobody meets it; where a later one does, only some do.
 */
export function findRefusedIPv4(
  facts: Facts,
): { readonly refused: Try; readonly severity: "blocks" | "warning" } | undefined {
  const tries = findMeantTries(facts);
  const refused = tries.find(({ to, met }) => to.address.family === 4 && met === "refused");
  if (!refused || tries.some(({ to, met }) => to.address.family === 4 && met === "answer")) return undefined;
  if (facts.request.target.host.kind !== "name") return { refused, severity: "blocks" };
  if (tries[0]?.met === "answer") return undefined;
  return { refused, severity: tries.some(({ met }) => met === "answer") ? "warning" : "blocks" };
}
