import { formatEndpoint } from "../../core/endpoint.ts";
import type { Evidence, Remedy } from "../../core/finding.ts";
import type { Route } from "../../core/network.ts";
import type { Cause } from "../cause.ts";
import type { Facts } from "../facts.ts";
import { answerOf, describeStatus, mainTalk } from "../reading/talks.ts";
import { interfaceNamed, routeTo, showRoute } from "../reading/ways.ts";

/** Every IPv6 link carries this much, and nearly every IPv4 one: an answer below it says nothing (RFC 8200). */
const SMALLEST_MTU = 1280;
/** Headers of IPv6 and TCP with timestamps. */
const HEADERS = 72;

export const mtuBlackHole: Cause = {
  code: "MTU_BLACK_HOLE",
  stage: "route",
  summary:
    "small packets get through and large ones are lost: the connection is there, and the answer's body never comes",
  explain: [
    "A link on the way (VPN, tunnel, PPPoE) carries smaller packets than both ends believe. A router should say so by ICMP",
    "`fragmentation needed` or `packet too big`; where a firewall drops that, large packets vanish: the handshake and short",
    "answers work, long ones and TLS certificates do not come.",
    "Let ICMP through, clamp the MSS on the tunnel's router, or lower the interface's MTU.",
  ],
  symptoms: ["connected"],
  needs: ["conversation", "routes"],
  dependsOn: [],
  judge(facts) {
    const { conversation } = facts.more;
    const answer = answerOf(mainTalk(facts)?.talk);
    if (!conversation || facts.isLocal || answer?.bodyEnd !== "stalled") return undefined;
    const { received, announced } = answer;
    // What came fits into small packets, and what is missing does not.
    if (announced === undefined || received >= SMALLEST_MTU - HEADERS || announced - received < SMALLEST_MTU) {
      return undefined;
    }
    const route = routeTo(facts, conversation.to.address);
    return {
      severity: "blocks",
      title: `${formatEndpoint(conversation.to)} answers ${describeStatus(answer)}, and ${received} of ${announced} bytes come: full-sized packets are lost on the way, as it seems`,
      evidence: [
        {
          what: `the head of the answer came, and ${received} of ${announced} bytes of its body, then nothing`,
          source: "HTTP",
        },
        ...(route ? [...showMtu(facts, route), showRoute(route)] : []),
      ],
      remedies: findRemedies(facts, route),
    };
  },
};

function mtuOf(facts: Facts, route: Route | undefined): number | undefined {
  return route?.mtu ?? interfaceNamed(facts, route?.interface)?.mtu;
}

function showMtu(facts: Facts, route: Route): readonly Evidence[] {
  const mtu = mtuOf(facts, route);
  if (mtu === undefined) return [];
  return [
    {
      what: `packets of up to ${mtu} bytes are asked for (MTU of ${route.interface ?? "the route"})`,
      source: "interfaces",
    },
  ];
}

function findRemedies(facts: Facts, route: Route | undefined): readonly Remedy[] {
  const name = route?.interface;
  const mtu = mtuOf(facts, route);
  const clamp: Remedy = {
    what: "on the router with the narrow link, clamp the MSS to its MTU, and let ICMP `fragmentation needed` pass",
    commands: [],
    risk: "none",
  };
  if (facts.system !== "linux" || name === undefined || mtu === undefined || mtu <= SMALLEST_MTU) return [clamp];
  return [
    {
      what: `see whether it is that: make ${name} ask for packets of ${SMALLEST_MTU} bytes`,
      commands: [["sudo", "ip", "link", "set", "dev", name, "mtu", String(SMALLEST_MTU)]],
      risk: "none",
      undo: `\`sudo ip link set dev ${name} mtu ${interfaceNamed(facts, name)?.mtu ?? mtu}\``,
    },
    clamp,
  ];
}
