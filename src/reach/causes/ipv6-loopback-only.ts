import { LOOPBACK4 } from "../../core/address.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Cause } from "../cause.ts";
import { describeListening, mainOwner } from "../words/describe.ts";
import { showListener, showStart, showTries } from "../words/evidence.ts";
import { listenElsewhere } from "../remedies/listen-elsewhere.ts";
import { findMeantTries, findRefusedIPv4, findServing } from "../reading/tries.ts";
import { wantsOutside } from "../reading/wants.ts";

export const ipv6LoopbackOnly: Cause = {
  code: "IPV6_LOOPBACK_ONLY",
  stage: "socket",
  summary: "the server listens on ::1 only, and 127.0.0.1 is refused",
  explain: [
    "`localhost` may stand for ::1, for 127.0.0.1, or for both. A server that was told `localhost` may listen on ::1 alone,",
    "and every client that asks for 127.0.0.1 is refused (Vite and others on Node 17 and later).",
    "Name the address that the server is to listen on: 127.0.0.1, or both.",
  ],
  symptoms: ["refused"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    if (wantsOutside(facts)) return undefined;
    const serving = findServing(facts);
    const [listener] = serving;
    if (!listener || !serving.every(({ row }) => row.at.address.text === "::1")) return undefined;
    const found = findRefusedIPv4(facts);
    if (!found) return undefined;
    const owner = mainOwner(listener.owners);
    const at = formatEndpoint(listener.row.at);
    return {
      severity: found.severity,
      title: `${describeListening(listener)} only: ${formatEndpoint(found.refused.to)} is refused`,
      evidence: [
        ...serving.map(showListener),
        ...showTries(findMeantTries(facts), "refused"),
        ...(owner ? showStart(owner) : []),
      ],
      remedies: [
        listenElsewhere(facts, listener, { address: LOOPBACK4 }),
        { what: `have the client use ${at}`, commands: [["portguard", "reach", at]], risk: "none" },
      ],
    };
  },
};
