import type { Cause } from "../cause.ts";
import type { Remedy } from "../../core/finding.ts";
import { excerpt } from "../words/excerpt.ts";
import type { HttpAnswer } from "../speak/conversation.ts";
import { answerOf, describeSpeaker, describeStatus, showAnswer } from "../reading/talks.ts";

export const websocketRefused: Cause = {
  code: "WEBSOCKET_REFUSED",
  stage: "protocol",
  summary: "the server answers over HTTP, and does not turn the connection into a WebSocket (101)",
  explain: [
    "A WebSocket begins as an HTTP request that the server answers with 101 Switching Protocols. Anything else means no: 404 the",
    "path has none, 200 the server or a proxy before it does not know the upgrade, 401 and 403 it wants a login or another Origin.",
    "A proxy has to hand the Upgrade header on (nginx: proxy_set_header Upgrade, Connection).",
  ],
  symptoms: ["connected"],
  needs: ["conversation"],
  dependsOn: ["HOST_CHECK", "SCHEME_MISMATCH", "REDIRECTED"],
  judge(facts) {
    const { conversation } = facts.more;
    const answer = answerOf(conversation?.upgrade);
    if (!conversation || !answer || answer.status === 101) return undefined;
    const asked = `the WebSocket upgrade of ${excerpt(facts.request.target.url?.path ?? "/")}`;
    return {
      severity: "blocks",
      title: `${describeSpeaker(facts, conversation)} answers ${describeStatus(answer)} to ${asked}, not 101`,
      evidence: [showAnswer(conversation, answer, asked)],
      remedies: [findRemedy(answer, facts.request.origin)],
    };
  },
};

function findRemedy({ status }: HttpAnswer, origin: string | undefined): Remedy {
  const from = origin === undefined ? "; `--origin URL` sends the Origin that a page has" : ` for ${excerpt(origin)}`;
  const what =
    status === 404
      ? "ask for the path that the server has its WebSocket on"
      : status === 401 || status === 403
        ? `see whether the server wants a login, or does not allow the Origin${from}`
        : "see whether the server speaks WebSocket on this path, and every proxy before it hands the Upgrade header on";
  return { what, commands: [], risk: "none" };
}
