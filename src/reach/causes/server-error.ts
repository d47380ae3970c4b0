import type { Cause } from "../cause.ts";
import { answerOf, describeSpeaker, describeStatus, mainTalk, showAnswer } from "../reading/talks.ts";

export const serverError: Cause = {
  code: "SERVER_ERROR",
  stage: "protocol",
  summary: "the server is reached and answers with an error of its own (5xx)",
  explain: [
    "The connection is fine; what comes back is 500 or above. 502, 503 and 504 mostly come from a proxy whose own server",
    "behind it does not answer: ask for that one next.",
    "The server's log says more.",
  ],
  symptoms: ["connected"],
  needs: ["conversation"],
  dependsOn: ["MCP_NOT_SPOKEN", "WEBSOCKET_REFUSED"],
  judge(facts) {
    const { conversation } = facts.more;
    const main = mainTalk(facts);
    const answer = answerOf(main?.talk);
    if (!conversation || !main || !answer || answer.status < 500) return undefined;
    const isGateway = answer.status >= 502 && answer.status <= 504;
    return {
      severity: "warning",
      title: `${describeSpeaker(facts, conversation)} answers ${describeStatus(answer)} to ${main.asked}${isGateway ? ": it hands on to a server that does not answer, as it seems" : ""}`,
      evidence: [showAnswer(conversation, answer, main.asked)],
      remedies: [
        {
          what: isGateway
            ? "see which server it hands on to, and `portguard reach` that one"
            : "see the server's log for the reason",
          commands: [],
          risk: "none",
        },
      ],
    };
  },
};
