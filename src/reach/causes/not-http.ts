import { formatEndpoint } from "../../core/endpoint.ts";
import type { Cause } from "../cause.ts";
import { excerpt } from "../words/excerpt.ts";
import { nameProtocol } from "../recognize/spoken-protocol.ts";
import { asksToSpeak, describeSpeaker, talkFailure } from "../reading/talks.ts";

export const notHttp: Cause = {
  code: "NOT_HTTP",
  stage: "protocol",
  summary: "what listens there does not speak HTTP (or TLS): another server has the port",
  explain: [
    "The connection is taken, and what comes back is another protocol's: an SSH or mail server, a database, HTTP/2 without",
    "TLS (gRPC). Mostly it is the wrong port, or another program has taken it.",
    "`portguard reach PORT` without a scheme says who listens.",
  ],
  symptoms: ["connected", "reset"],
  needs: ["conversation"],
  dependsOn: ["SCHEME_MISMATCH", "TLS_REFUSED"],
  judge(facts) {
    const { conversation } = facts.more;
    const failed = talkFailure(facts);
    if (!conversation || failed?.failure.kind !== "malformed" || !asksToSpeak(facts)) return undefined;
    const { start } = failed.failure;
    const named = nameProtocol(start);
    const at = formatEndpoint(conversation.to);
    const { port } = conversation.to;
    return {
      severity: "blocks",
      title: `${describeSpeaker(facts, conversation)} speaks ${named ?? "something else than HTTP"} on ${at}`,
      evidence: [{ what: `the answer to ${failed.asked} begins with \`${excerpt(start, 60)}\``, source: "connection" }],
      remedies: [
        {
          what: `see who has port ${port}, and which port the server that is meant has`,
          commands: facts.isLocal ? [["portguard", "reach", String(port)]] : [],
          risk: "none",
        },
      ],
    };
  },
};
