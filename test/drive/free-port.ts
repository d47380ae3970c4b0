import { addressesHere, bindsPlainly } from "./plain-bind.ts";

/** Below every system's range for outgoing connections, so that no client of ours or of others gets it by chance. */
const FROM = 12_000;
const TO = 31_000;

const given = new Set<number>();

/** A TCP port that nobody has, on any address, and that no earlier call answered. */
export function freePort(): number {
  const [wildcard = "0.0.0.0"] = addressesHere(["::"]);
  for (;;) {
    const port = FROM + Math.floor(Math.random() * (TO - FROM));
    if (given.has(port)) continue;
    given.add(port);
    if (bindsPlainly(wildcard, port)) return port;
  }
}
