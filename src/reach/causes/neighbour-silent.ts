import type { Address } from "../../core/address.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import type { NeighbourState, Route } from "../../core/network.ts";
import type { Cause } from "../cause.ts";
import { findFailed, findSilent, severityFor } from "../reading/failures.ts";
import type { Facts } from "../facts.ts";
import type { Try } from "../reading/tries.ts";
import { interfaceNamed, neighbourAt, routeTo, showRoute } from "../reading/ways.ts";

export const neighbourSilent: Cause = {
  code: "NEIGHBOUR_SILENT",
  stage: "route",
  summary: "nobody on the local network answers for the address, or for the gateway to it (ARP, neighbour discovery)",
  explain: [
    "On a local network a machine is first asked for its hardware address, by ARP or IPv6 neighbour discovery. Where nobody",
    "answers, connect() fails with EHOSTUNREACH after some seconds: the machine is off, asleep, elsewhere, or has another",
    "address by now. A guest Wi-Fi often keeps its clients from each other (AP isolation), which looks the same.",
  ],
  symptoms: ["unreachable", "timeout"],
  needs: ["routes", "neighbourStates"],
  dependsOn: [],
  judge(facts) {
    const lost = findLost(facts)[0];
    if (!lost) return undefined;
    const { each, hop, route, state } = lost;
    const isGateway = route.gateway !== undefined;
    const asked = hop.family === 4 ? "ARP" : "neighbour discovery";
    const on = route.interface === undefined ? "" : ` on ${route.interface}`;
    const isWireless = interfaceNamed(facts, route.interface)?.wireless === true;
    return {
      severity: severityFor(facts),
      title: isGateway
        ? `the gateway ${hop.text} to ${formatEndpoint(each.to)} does not answer${on} (${asked})`
        : `nobody${on} answers for ${hop.text} (${asked}): ${formatEndpoint(each.to)} is off, or not on this network`,
      evidence: [
        { what: `${hop.text} is ${SHOWN[state]}`, source: "neighbour table" },
        showRoute(route),
        each.evidence,
      ],
      remedies: findRemedies(facts, lost, isWireless),
    };
  },
};

const SHOWN: Readonly<Record<NeighbourState, string>> = {
  failed: "FAILED: nobody answered for it",
  incomplete: "INCOMPLETE: nobody has answered for it yet",
  reachable: "REACHABLE",
  stale: "STALE",
  none: "not there",
};

interface Lost {
  readonly each: Try;
  readonly route: Route;
  /** Who was asked: the target, or the gateway to it. */
  readonly hop: Address;
  readonly state: NeighbourState;
}

function findLost(facts: Facts): readonly Lost[] {
  if (facts.isLocal) return [];
  // Once asked is enough here: what waits for the neighbour has not left this machine, so it got lost nowhere.
  const tries = [...findFailed(facts, "host-unreachable"), ...findSilent(facts)].map(({ each }) => each);
  return tries.flatMap((each): readonly Lost[] => {
    const route = routeTo(facts, each.to.address);
    if (route?.kind !== "unicast") return [];
    const hop = route.gateway ?? each.to.address;
    const state = neighbourAt(facts, hop);
    return state === "failed" || state === "incomplete" ? [{ each, route, hop, state }] : [];
  });
}

function findRemedies({ system }: Facts, { hop, route }: Lost, isWireless: boolean): readonly Remedy[] {
  const isolation = isWireless
    ? `; ${route.interface ?? "the interface"} is wireless, and many access points keep their clients from each other (AP isolation): try another network`
    : "";
  const look: Readonly<Record<Facts["system"], readonly string[]>> = {
    linux: ["ip", "neigh", "show", hop.text],
    macos: hop.family === 4 ? ["arp", "-n", hop.text] : ["ndp", "-n", hop.text],
    windows: ["arp", "-a", hop.text],
  };
  return [
    {
      what: `see whether ${hop.text} is switched on, on this network, and still has that address${isolation}`,
      commands: [look[system]],
      risk: "none",
    },
  ];
}
