import type { Diagnosis } from "../core/diagnosis.ts";
import { formatHostPort, isLoopback } from "../core/address.ts";
import type { Facts } from "./facts.ts";
import { listWays } from "./reading/stopped.ts";
import { wantsOutside } from "./reading/wants.ts";
import { describeVantage } from "./words/describe-vantage.ts";

/** What a reader must know to read the verdict rightly. */
export function listNotes(facts: Facts, verdict: Diagnosis["verdict"]): readonly string[] {
  if (verdict === "unreachable") return [];
  return [...udpNotes(facts), ...selfTestNotes(facts, verdict)];
}

/** UDP has no handshake. */
function udpNotes({ datagrams }: Facts): readonly string[] {
  const isSilent = datagrams.some(({ outcome }) => outcome.kind === "silent");
  return isSilent ? ["UDP has no handshake: a datagram that nothing refused is all that can be seen"] : [];
}

function selfTestNotes(facts: Facts, verdict: Diagnosis["verdict"]): readonly string[] {
  if (!facts.isLocal || !wantsOutside(facts)) return [];
  if (verdict === "reachable" && facts.request.from.kind !== "here") return rulesNotes(facts);
  const where = facts.candidates.find(({ address }) => !isLoopback(address))?.address;
  const there = where
    ? [`from another machine, \`${commandThere(facts, formatHostPort(where, facts.request.target.port))}\` tells`]
    : [];
  return [
    "this machine's connections to its own addresses pass its firewall by, so they prove nothing for others",
    ...there,
  ];
}

/** Rules were asked in the place of a connection. */
function rulesNotes(facts: Facts): readonly string[] {
  const assumed = new Set(listWays(facts).flatMap(({ verdict }) => verdict.assumed));
  return [
    `this machine's firewall lets ${describeVantage(facts.request.from)} in, by its rules; the way between was not tested`,
    ...[...assumed].slice(0, 3).map((what) => `taken for granted: ${what}`),
  ];
}

/** What somebody there would type to know. */
function commandThere({ request: { target } }: Facts, at: string): string {
  const scheme = target.url?.scheme === "https" || target.url?.scheme === "wss" ? "https" : "http";
  return `curl -v ${scheme}://${at}${target.url?.path ?? "/"}`;
}
