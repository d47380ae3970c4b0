import type { FirewallAnswer } from "../core/firewall-answer.ts";
import { answerOf, describePacket } from "../firewall/answer.ts";
import type { Packet } from "../firewall/packet.ts";
import { answerOfWindows } from "../firewall/windows/answer.ts";
import type { Facts } from "./facts.ts";
import { listStopped, listWays } from "./reading/stopped.ts";
import type { RuledWay } from "./ruled-way.ts";

/** What the rules do with each connection that was asked about: what they stop first, and then what is open. */
export function listAnswers(facts: Facts): readonly FirewallAnswer[] {
  const answers = listWays(facts).map((way) => answerTo(facts, way));
  return answers.toSorted((a, b) => RANKS[a.verdict] - RANKS[b.verdict]);
}

const RANKS = { drop: 0, reject: 0, unknown: 1, accept: 2 } as const;

function answerTo(facts: Facts, way: RuledWay): FirewallAnswer {
  const packet = packetOf(facts, way);
  switch (way.by) {
    case "linux": {
      const { verdict } = way;
      const answer = answerOf(verdict, packet);
      const isStopped = listStopped(facts).some((stopped) => stopped.verdict === verdict);
      return !isStopped && (verdict.kind === "drop" || verdict.kind === "reject") ? denied(answer) : answer;
    }
    case "macos":
      return way.answer;
    case "windows": {
      const { verdict } = way;
      return { ...answerOfWindows(verdict, describePacket(packet), packet.protocol), assumed: verdict.assumed };
    }
  }
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
