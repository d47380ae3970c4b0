import { formatEndpoint } from "../../core/endpoint.ts";
import type { Cause } from "../cause.ts";
import { describeOwner } from "../words/describe.ts";
import { showListener } from "../words/evidence.ts";
import type { Listener } from "../facts.ts";
import { mayBeSameServer } from "../reading/same-server.ts";
import { findMeantTries, findServingAt, type Try } from "../reading/tries.ts";

export const twoServers: Cause = {
  code: "TWO_SERVERS",
  stage: "socket",
  summary: "two servers share the port, one by IPv4 and one by IPv6: which one answers depends on the client",
  explain: [
    "127.0.0.1 and ::1 are different addresses: two programs can have the same port on them without either being told.",
    "`localhost` then means the one or the other, as the client likes it, and sometimes the wrong application answers.",
    "Stop one of them, or give it another port.",
  ],
  symptoms: ["connected", "refused", "reset"],
  needs: [],
  dependsOn: [
    "CONTAINER_PAUSED",
    "PROCESS_STOPPED",
    "HELD_BY_DEBUGGER",
    "FILES_EXHAUSTED",
    "BACKLOG_FULL",
    "ACCEPT_STUCK",
  ],
  judge(facts) {
    if (facts.request.target.protocol === "udp") return undefined;
    const served = findMeantTries(facts).flatMap((each) => {
      const [listener] = findServingAt(facts, each.to);
      return listener ? [{ each, listener }] : [];
    });
    const [first] = served;
    const second = first && served.find(({ listener }) => !mayBeSameServer(first.listener, listener));
    if (!second) return undefined;
    const fails = [first, second].some(({ each }) => each.met !== "answer");
    return {
      severity: fails ? "blocks" : "warning",
      title: `two servers have port ${facts.request.target.port}: ${tell(first)}, ${tell(second)}`,
      evidence: [
        showListener(first.listener),
        showListener(second.listener),
        first.each.evidence,
        second.each.evidence,
      ],
      remedies: [
        {
          what: `see which of them is not wanted, and stop it or give it another port than ${facts.request.target.port}`,
          commands: [],
          risk: "restart",
        },
        { what: "write the address instead of a name: 127.0.0.1 or [::1]", commands: [], risk: "none" },
      ],
    };
  },
};

function tell({ each, listener }: { readonly each: Try; readonly listener: Listener }): string {
  return `${describeOwner(listener)} has ${formatEndpoint(each.to)}`;
}
