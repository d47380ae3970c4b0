import { formatEndpoint } from "../../core/endpoint.ts";
import type { Cause } from "../cause.ts";
import { answerOf, describeSpeaker, describeStatus, mainTalk } from "../reading/talks.ts";

export const bodyIncomplete: Cause = {
  code: "BODY_INCOMPLETE",
  stage: "protocol",
  summary: "the answer begins, and its body stops before its end",
  explain: [
    "The server said how long its answer is, and less came: it crashed or was stopped in between, gave a wrong Content-Length,",
    "or something on the way broke the connection. Browsers say ERR_CONTENT_LENGTH_MISMATCH, curl `transfer closed`.",
    "The server's log says more.",
  ],
  symptoms: ["connected"],
  needs: ["conversation"],
  dependsOn: ["MTU_BLACK_HOLE"],
  judge(facts) {
    const { conversation } = facts.more;
    const main = mainTalk(facts);
    const answer = answerOf(main?.talk);
    // A stream that says nothing of its length may pause as long as it likes.
    if (!conversation || !main || answer?.announced === undefined || answer.received >= answer.announced)
      return undefined;
    if (answer.bodyEnd !== "stalled" && answer.bodyEnd !== "closed-early") return undefined;
    const how = answer.bodyEnd === "stalled" ? "then nothing more" : "then the connection was closed";
    return {
      severity: "blocks",
      title: `${describeSpeaker(facts, conversation)} answers ${describeStatus(answer)} and sends ${answer.received} of ${answer.announced} bytes, ${how}`,
      evidence: [
        {
          what: `Content-Length is ${answer.announced}, and ${answer.received} bytes came from ${formatEndpoint(conversation.to)}`,
          source: "HTTP",
        },
      ],
      remedies: [{ what: `see what the server logs about ${main.asked}`, commands: [], risk: "none" }],
    };
  },
};
