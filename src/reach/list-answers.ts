import type { FirewallAnswer } from "../core/firewall-answer.ts";
import { answerOf } from "../firewall/answer.ts";
import type { Packet } from "../firewall/packet.ts";
import type { Facts } from "./facts.ts";
import type { RuledWay } from "./ruled-way.ts";
import { listStopped, listWays } from "./reading/stopped.ts";

/** What the rules do with each connection that was asked about: what they stop first, and then what is open. */
export function listAnswers(facts: Facts): readonly FirewallAnswer[] {
  const stopped = new Set(listStopped(facts).map(({ verdict }) => verdict));
  const ranked = listWays(facts).map((way) => {
    const { verdict } = way;
    const isStopped = stopped.has(verdict);
    const answer = answerOf(verdict, packetOf(facts, way));
    const isDenied = !isStopped && (verdict.kind === "drop" || verdict.kind === "reject");
    return { answer: isDenied ? denied(answer) : answer, rank: isStopped ? 0 : verdict.kind === "accept" ? 2 : 1 };
  });
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ answer }) => answer);
}

/** What connect() got counts for more than what the rules would have it get. */
function denied({ because, asked, assumed, trace }: FirewallAnswer): FirewallAnswer {
  return {
    verdict: "unknown",
    because: `by the rules ${because}, but connect() met something else`,
    asked,
    assumed,
    trace,
  };
}

function packetOf({ request: { target } }: Facts, { candidate, client, way }: RuledWay): Packet {
  const { protocol, port } = target;
  return { protocol, port, source: client, destination: candidate.address, way, host: {} };
}
