import { formatEndpoint } from "../../core/endpoint.ts";
import type { Cause } from "../cause.ts";
import { answerOf, describeSpeaker, mainTalk } from "../reading/talks.ts";

export const http2Only: Cause = {
  code: "HTTP2_ONLY",
  stage: "protocol",
  summary: "the server speaks HTTP/2 without TLS and nothing older: browsers and most clients don't",
  explain: [
    "Over plain http, clients begin with HTTP/1.1, and a server that knows HTTP/2 alone (gRPC, h2c) answers with frames that they",
    "can't read: curl says `Received HTTP/0.9 when not allowed`, browsers ERR_INVALID_HTTP_RESPONSE. Browsers speak HTTP/2 over",
    "TLS only. Let the server take HTTP/1.1 as well, give it a certificate, or have clients begin with HTTP/2.",
  ],
  symptoms: ["connected"],
  needs: ["conversation"],
  dependsOn: [],
  judge(facts) {
    const { conversation } = facts.more;
    const answer = answerOf(mainTalk(facts)?.talk);
    if (!conversation || conversation.tls || answer?.version !== "2") return undefined;
    return {
      severity: "warning",
      title: `${describeSpeaker(facts, conversation)} speaks HTTP/2 only on ${formatEndpoint(conversation.to)}, without TLS: browsers and HTTP/1.1 clients get no answer`,
      evidence: [{ what: "HTTP/1.1 was turned away, and HTTP/2 was answered", source: "HTTP" }],
      remedies: [
        {
          what: "have clients begin with HTTP/2 (`curl --http2-prior-knowledge`, a gRPC client), or let the server take HTTP/1.1, too",
          commands: [],
          risk: "none",
        },
      ],
    };
  },
};
