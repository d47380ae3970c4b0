import type { Diagnosis } from "../core/diagnosis.ts";
import { formatHostPort, isLoopback } from "../core/address.ts";
import type { Facts } from "./facts.ts";
import { listSentOn } from "./reading/sent-on.ts";
import { listWays } from "./reading/stopped.ts";
import { wantsOutside } from "./reading/wants.ts";
import { describeSentOn } from "./words/describe-sent-on.ts";
import { describeVantage } from "./words/describe-vantage.ts";

/** What a reader must know to read the verdict rightly. */
export function listNotes(facts: Facts, verdict: Diagnosis["verdict"]): readonly string[] {
  if (verdict === "unreachable") return [];
  return [...udpNotes(facts), ...selfTestNotes(facts, verdict), ...sentOnNotes(facts)];
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

/** Where it goes, and what a connection of our own met there. */
function sentOnNotes(facts: Facts): readonly string[] {
  return listSentOn(facts).map((each) => {
    const met = each.met === undefined ? "whether anybody answers there was not tried" : MET[each.met.met];
    return `${describeSentOn(facts, each)}: ${met}`;
  });
}

const MET = {
  answer: "it answers",
  refused: "nobody listens there",
  silence: "it does not answer this machine",
  other: "it does not take this machine's connection",
} as const;

/** What somebody there would type to know. */
function commandThere({ request: { target } }: Facts, at: string): string {
  const scheme = target.url?.scheme === "https" || target.url?.scheme === "wss" ? "https" : "http";
  return `curl -v ${scheme}://${at}${target.url?.path ?? "/"}`;
}
