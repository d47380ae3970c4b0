import type { TargetUrl } from "../../core/target.ts";
import type { Evidence } from "../../core/finding.ts";
import type { Cause } from "../cause.ts";
import { excerpt } from "../words/excerpt.ts";
import type { Facts } from "../facts.ts";
import { startsAsHttp } from "../recognize/spoken-protocol.ts";
import { answerOf, asksToSpeak, describeSpeaker, mainTalk, onPlace, showAnswer } from "../reading/talks.ts";
import { reachInstead, retarget } from "../words/target-text.ts";

export const schemeMismatch: Cause = {
  code: "SCHEME_MISMATCH",
  stage: "protocol",
  summary: "https was spoken to a port without TLS, or http to a port with it",
  explain: [
    "A server that expects TLS can't read plain HTTP, and the other way round: `wrong version number`, `packet length too long`,",
    "ERR_SSL_PROTOCOL_ERROR, `400 The plain HTTP request was sent to HTTPS port`. A browser that once saw HSTS from a name",
    "turns http into https by itself.",
    "Write the other scheme, or give the server a certificate.",
  ],
  symptoms: ["connected", "reset"],
  needs: ["conversation"],
  dependsOn: [],
  judge(facts) {
    const { conversation } = facts.more;
    const spoken = asksToSpeak(facts) ? findMismatch(facts) : undefined;
    if (!conversation || !spoken) return undefined;
    const { target } = facts.request;
    const scheme = swap(target.url?.scheme ?? (spoken.has === "plain" ? "https" : "http"));
    const who = describeSpeaker(facts, conversation);
    const on = onPlace(who, conversation.to);
    return {
      severity: "blocks",
      title:
        spoken.has === "plain"
          ? `${who} speaks no TLS${on}: it answers the handshake in plain text`
          : `${who} speaks TLS${on}, and was asked in plain HTTP`,
      evidence: [spoken.evidence],
      remedies: [reachInstead(`use ${scheme}://`, retarget(target, { scheme }))],
    };
  },
};

interface Mismatch {
  /** What the port has. */
  readonly has: "plain" | "tls";
  readonly evidence: Evidence;
}

/** What servers say that got plain HTTP on their TLS port: nginx, Apache, Go. */
const WANTS_TLS =
  /plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled|sent an HTTP request to an HTTPS server/i;

function findMismatch(facts: Facts): Mismatch | undefined {
  const { conversation } = facts.more;
  const tls = conversation?.tls;
  if (tls?.kind === "plain") {
    // Another protocol's greeting is none of ours: NOT_HTTP names it.
    if (!startsAsHttp(tls.start)) return undefined;
    const what = `the answer to a TLS ClientHello begins with \`${excerpt(tls.start, 60)}\``;
    return { has: "plain", evidence: { what, source: "TLS" } };
  }
  const main = mainTalk(facts);
  if (main?.talk.kind === "tls") {
    return { has: "tls", evidence: { what: `a TLS record came back for ${main.asked}`, source: "HTTP" } };
  }
  const answer = answerOf(main?.talk);
  if (!conversation || !main || answer?.status !== 400 || tls || !WANTS_TLS.test(answer.body)) return undefined;
  return { has: "tls", evidence: showAnswer(conversation, answer, main.asked) };
}

function swap(scheme: TargetUrl["scheme"]): TargetUrl["scheme"] {
  switch (scheme) {
    case "http":
      return "https";
    case "https":
      return "http";
    case "ws":
      return "wss";
    case "wss":
      return "ws";
  }
}
