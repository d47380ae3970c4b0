import { formatHostPort } from "../core/address.ts";
import type { Attempt } from "../core/diagnosis.ts";
import type { ConnectFailure, ConnectOutcome, DatagramOutcome, Greeting } from "../core/network.ts";
import { clip } from "./sanitize.ts";

/** This much of what the other side says by itself tells what it is. */
const GREETING_LENGTH = 60;

/** `127.0.0.1:8000`, and what a client would have written to get there where that is something else: `[::1]:8000 (localhost)`. */
export function describePlace({ to, as }: Pick<Attempt, "to" | "as">): string {
  const place = formatHostPort(to.address, to.port);
  return as === to.address.text ? place : `${place} (${as})`;
}

/** `connected in 0.2 ms`, `refused, ECONNREFUSED (111)`, `no answer in 3.0 s, asked 2 times`. */
export function describeOutcome(outcome: ConnectOutcome | DatagramOutcome): string {
  switch (outcome.kind) {
    case "connected":
      return `connected in ${formatMs(outcome.afterMs)}${describeGreeting(outcome.greeting)}`;
    case "failed":
      return `${FAILURES[outcome.failure]}, ${outcome.shown}`;
    case "timeout":
      return `no answer in ${formatMs(outcome.afterMs)}, asked ${outcome.syns === 1 ? "once" : `${outcome.syns} times`}`;
    case "answered":
      return `answered in ${formatMs(outcome.afterMs)}`;
    case "refused":
      return `refused, ${outcome.shown}`;
    case "silent":
      return `no answer in ${formatMs(outcome.afterMs)}, and no refusal`;
  }
}

/** The same in a word or two: `connected in 0.2 ms`, `refused`, `no answer`. */
export function summarizeOutcome(outcome: ConnectOutcome | DatagramOutcome): string {
  switch (outcome.kind) {
    case "connected":
      return `connected in ${formatMs(outcome.afterMs)}`;
    case "failed":
      return FAILURES[outcome.failure];
    case "answered":
      return `answered in ${formatMs(outcome.afterMs)}`;
    case "refused":
      return "refused";
    case "timeout":
    case "silent":
      return "no answer";
  }
}

/** `0.2 ms`, `212 ms`, and seconds from one on: `3.0 s`. */
export function formatMs(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** What the other side said by itself, as text; bytes that are no UTF-8 are replaced. */
export function readGreeting(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const FAILURES: Readonly<Record<ConnectFailure, string>> = {
  refused: "refused",
  reset: "reset",
  "timed-out": "timed out",
  "host-unreachable": "no way to the host",
  "network-unreachable": "no way to the network",
  prohibited: "prohibited",
  invalid: "not an address that can be connected to",
  "protocol-unreachable": "the protocol is refused",
  "no-local-port": "no local port is left",
  "no-family": "this system has no such addresses",
  other: "failed",
};

function describeGreeting(greeting: Greeting): string {
  switch (greeting.kind) {
    case "silent":
      return "";
    case "said":
      return `, it said "${clip(readGreeting(greeting.bytes).trim(), GREETING_LENGTH)}"`;
    case "closed":
      return ", then closed";
    case "reset":
      return ", then reset";
  }
}
