import type { Cause, Judged } from "../cause.ts";
import type { Facts } from "../facts.ts";
import type { Conversation } from "../speak/conversation.ts";
import { excerpt } from "../words/excerpt.ts";
import { answerOf, describeSpeaker, describeStatus, mainTalk, showAnswer } from "../reading/talks.ts";

export const tlsRefused: Cause = {
  code: "TLS_REFUSED",
  stage: "protocol",
  summary: "the server speaks TLS and breaks the handshake off with an alert, or wants a certificate of the client",
  explain: [
    "An alert says why a server does not go on: unrecognized_name (it has no certificate for the name that was asked for),",
    "handshake_failure or protocol_version (no cipher or version in common), certificate_required (it wants one of the client).",
    "The server's own log mostly says more.",
  ],
  symptoms: ["connected", "reset"],
  needs: ["conversation"],
  dependsOn: ["SCHEME_MISMATCH"],
  judge(facts) {
    const { conversation } = facts.more;
    if (!conversation) return undefined;
    if (conversation.tls?.kind === "secured") return judgeAnswer(facts, conversation);
    if (conversation.tls?.kind !== "refused") return undefined;
    const alert = excerpt(conversation.tls.alert, 60);
    const known = MEANINGS.find(([said]) => said.test(alert));
    return {
      severity: "blocks",
      title: `${describeSpeaker(facts, conversation)} breaks the TLS handshake off for ${conversation.host}: ${known?.[1] ?? "it sent an alert"} (${alert})`,
      evidence: [{ what: `the alert is ${alert}`, source: "TLS" }],
      remedies: [{ what: known?.[2] ?? "see the server's log for its reason", commands: [], risk: "none" }],
    };
  },
};

/** What servers say that do the handshake without a certificate of the client, and refuse the request then: nginx. */
const WANTS_CERTIFICATE = /no required SSL certificate was sent|the SSL certificate error/i;

function judgeAnswer(facts: Facts, conversation: Conversation): Judged | undefined {
  const main = mainTalk(facts);
  const answer = answerOf(main?.talk);
  if (!main || answer?.status !== 400 || !WANTS_CERTIFICATE.test(answer.body)) return undefined;
  return {
    severity: "blocks",
    title: `${describeSpeaker(facts, conversation)} wants a certificate of the client, and answers ${describeStatus(answer)} without one`,
    evidence: [showAnswer(conversation, answer, main.asked)],
    remedies: [{ what: GIVE_CERTIFICATE, commands: [], risk: "none" }],
  };
}

const GIVE_CERTIFICATE = "give the client its certificate (`curl --cert FILE --key FILE`)";

const MEANINGS: readonly (readonly [said: RegExp, meaning: string, remedy: string])[] = [
  [
    /unrecognized[_ ]name/i,
    "it has no certificate for that name",
    "ask for a name that the server is set up for, or set this one up there",
  ],
  [/certificate[_ ]required|bad[_ ]certificate/i, "it wants a certificate of the client", GIVE_CERTIFICATE],
  [/protocol[_ ]version/i, "it has no TLS version in common with us", "let the server speak TLS 1.2 or 1.3"],
  [
    /handshake[_ ]failure|insufficient[_ ]security/i,
    "it has no cipher or certificate in common with us",
    "see the server's certificate and its list of ciphers",
  ],
];
