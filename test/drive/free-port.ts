import { addressesHere, bindsPlainly } from "./plain-bind.ts";

/**
 * Below every system's range for outgoing connections, so that no client of ours or of others gets it by chance, and
 * below what `portguard pick` chooses from.
 */
const FROM = 12_000;
const TO = 20_000;

/** Suites run side by side: between choosing a port and binding it nobody else may choose it, so each worker has its own. */
const SHARES = 4;
const SHARE = Number(process.env["BUN_TEST_WORKER_ID"] ?? 0) % SHARES;

const given = new Set<number>();

/** A TCP port that nobody has, on any address, and that no earlier call answered. */
export function freePort(): number {
  const [wildcard = "0.0.0.0"] = addressesHere(["::"]);
  for (;;) {
    const port = FROM + SHARE + SHARES * Math.floor((Math.random() * (TO - FROM)) / SHARES);
    if (given.has(port)) continue;
    given.add(port);
    if (bindsPlainly(wildcard, port)) return port;
  }
}
