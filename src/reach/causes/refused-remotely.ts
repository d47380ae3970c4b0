import { formatEndpoint } from "../../core/endpoint.ts";
import type { Cause } from "../cause.ts";
import { showTries } from "../words/evidence.ts";
import { findMeantTries } from "../reading/tries.ts";

export const refusedRemotely: Cause = {
  code: "REFUSED_REMOTELY",
  stage: "socket",
  summary: "another machine refuses: nobody listens there on that address and port, or a firewall says so in its place",
  explain: [
    "A refusal comes back from the other machine, or from a firewall before it: the name and the route are right.",
    "Mostly the server there is not started, has another port, or listens on its loopback only.",
    "`portguard reach PORT --from lan` on that machine tells which.",
  ],
  symptoms: ["refused"],
  needs: [],
  dependsOn: ["NAME_HAS_IPV6", "FIREWALL_REJECTS", "BANNED", "RULE_BEHIND_REJECT", "VPN_KILL_SWITCH"],
  judge(facts) {
    if (facts.isLocal) return undefined;
    const tries = findMeantTries(facts);
    const refused = tries.find(({ met }) => met === "refused");
    if (!refused || !tries.every(({ met }) => met === "refused")) return undefined;
    const { port, protocol } = refused.to;
    const there = ["portguard", "reach", String(port), "--from", "lan", ...(protocol === "udp" ? ["--udp"] : [])];
    return {
      severity: "blocks",
      title: `${formatEndpoint(refused.to)} refuses: nobody listens there, or a firewall says so in its place`,
      evidence: showTries(tries, "refused"),
      remedies: [
        { what: `on ${refused.to.address.text}, \`${there.join(" ")}\` tells which it is`, commands: [], risk: "none" },
      ],
    };
  },
};
