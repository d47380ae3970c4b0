import { formatEndpoint } from "../../core/endpoint.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeOwner, describePlace } from "../words/describe.ts";
import { showTries } from "../words/evidence.ts";
import type { Facts, Listener } from "../facts.ts";
import { hostText } from "../words/target-text.ts";
import { findMeantTries, findServing } from "../reading/tries.ts";

export const otherProtocol: Cause = {
  code: "OTHER_PROTOCOL",
  stage: "socket",
  summary: "the port is open for the other protocol only: UDP instead of TCP, or TCP instead of UDP",
  explain: [
    "TCP and UDP have ports of their own: a DNS, VPN, game or QUIC server on UDP 8000 does not take TCP connections to 8000.",
    "Use the protocol that the server speaks.",
  ],
  symptoms: ["refused", "timeout"],
  needs: ["kernel"],
  dependsOn: [],
  judge(facts) {
    if (!facts.isLocal || findServing(facts).length > 0) return undefined;
    const tries = findMeantTries(facts);
    const isTcp = facts.request.target.protocol === "tcp";
    const refused = tries.find(({ met }) => met === "refused");
    if (!refused || tries.some(({ met }) => met === "answer")) return undefined;
    const other = facts.listeners.find(({ row }) => row.state === (isTcp ? "open" : "listen"));
    if (!other || (isTcp && isPassing(facts, other))) return undefined;
    const [asked, has] = isTcp ? ["TCP", "UDP"] : ["UDP", "TCP"];
    const { port } = facts.request.target;
    return {
      severity: "blocks",
      title: `${describeOwner(other)} has port ${port} for ${has}, not for ${asked}: ${formatEndpoint(refused.to)} is refused`,
      evidence: [
        { what: `${describeOwner(other)} has ${describePlace(other.row)} (${has})`, source: "socket table" },
        { what: `no ${asked} socket serves on port ${port}`, source: "socket table" },
        ...showTries(tries, "refused"),
      ],
      remedies: [
        {
          what: `have the client speak ${has}`,
          commands: [["portguard", "reach", placeOf(facts), ...(isTcp ? ["--udp"] : [])]],
          risk: "none",
        },
      ],
    };
  },
};

/** The target without its protocol: behind a port it would contradict the other one, and a URL is TCP's alone. */
function placeOf({ request: { target } }: Facts): string {
  return target.url ? `${hostText(target.host)}:${target.port}` : target.text.replace(/\/(?:tcp|udp)$/i, "");
}

/** Clients have UDP sockets, too, on ports that the kernel chose: such a one says nothing about a server. */
function isPassing({ more }: Facts, { row }: Listener): boolean {
  const range = valueOf(more.kernel)?.ephemeralPorts ?? { first: 32768, last: 65535 };
  return row.at.port >= range.first && row.at.port <= range.last;
}
